package news

import (
	"context"
	"time"
)

// Letter is what a hub sent for a source since its last poll.
type Letter struct {
	Came        bool   // there was a delivery
	Body        []byte // its document; nil: it only says that there is something to be had
	ContentType string

	Token string    // of the subscription that the hub last confirmed or denied; empty: it did neither
	Until time.Time // when the lease that it confirmed ends; zero: it denied
}

// Mail is where the process that hears hubs leaves what they send, and the one
// that polls finds it. A letter that is lost loses no news: its source is due,
// and the feed itself is asked.
type Mail interface {
	// Leave adds a letter to what lies there for a source. Of two deliveries
	// no body is kept, for the feed itself holds both; nor is one that is too large
	// to keep. Of two words on a subscription the last one holds.
	Leave(ctx context.Context, id SourceID, l Letter) error

	// Collect takes the delivery that lies there, with the hub's last word on
	// the subscription, which stays.
	Collect(ctx context.Context, id SourceID) (Letter, error)
}
