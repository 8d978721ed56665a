// Package news is the vocabulary that all of Dateline speaks: what an outlet
// sends (Item), what the desk makes of it (Article), what happened (Story),
// what readers subscribe to (Topic), and the contract of the store that keeps
// them. It also defines the two things that must have one definition only:
// identity (Key, CanonicalLink) and text folding (Fold).
//
// Every package of Dateline imports news; news imports none of them.
package news
