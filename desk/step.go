package desk

// Steps are the places of a poll's way that Options.Step hears of, in order.
// A poll that brings nothing new passes only the first two and the last.
var Steps = []string{stepClaimed, stepFetched, stepSifted, stepEdited, stepPlaced, stepFiled}

const (
	stepClaimed = "desk: claimed"
	stepFetched = "desk: fetched"
	stepSifted  = "desk: sifted"
	stepEdited  = "desk: edited"
	stepPlaced  = "desk: placed"
	stepFiled   = "desk: filed"
)

func (d *Desk) step(name string) {
	if d.o.Step != nil {
		d.o.Step(name)
	}
}
