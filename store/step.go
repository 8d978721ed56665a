package store

// Steps are the places of a store's way that Options.Step hears of.
var (
	EmbeddedSteps = []string{stepLeased, stepTold, stepArchived, stepLedger, stepKept}
	RedisSteps    = []string{stepFound, stepTaken, stepHeld, stepTold, stepOthers, stepKept}
)

const (
	stepFound    = "store: due sources found"
	stepTaken    = "store: leases taken"
	stepHeld     = "store: lease looked at"
	stepLeased   = "store: lease spent"
	stepTold     = "store: stories saved"
	stepArchived = "store: articles saved"
	stepOthers   = "store: ledger next"
	stepLedger   = "store: ledger saved"
	stepKept     = "store: all saved"
)

// steps calls somebody who wants to hear of a step, if there is anybody.
type steps func(string)

func (s steps) at(name string) {
	if s != nil {
		s(name)
	}
}
