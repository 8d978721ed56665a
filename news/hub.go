package news

import (
	"context"
	"time"
)

// Subscriber is somebody to whom our own hub sends a feed whenever it changes
// (WebSub). Callback, Topic and Form tell one from another.
type Subscriber struct {
	Callback string // the address that the feed is sent to
	Topic    TopicID
	Form     string    // which of the topic's feeds, by the end of its address: ".rss", ".atom", ".json"
	Secret   string    // that deliveries are signed with; empty: they are not signed
	Until    time.Time // the end of the lease

	Sent   Revision  // of the topic, as it was last delivered
	Missed int       // deliveries in a row that failed
	Due    time.Time // nothing is delivered before; zero: at once
}

// Subscriptions is what a store remembers for our own hub. There is no queue of
// deliveries: a subscriber whose Sent is not the topic's revision is owed one,
// so that what was committed is delivered whatever happened in between.
type Subscriptions interface {
	// Subscribers lists all subscriptions, those whose lease is over too, by
	// callback, topic and form.
	Subscribers(ctx context.Context) ([]Subscriber, error)
	// Subscribe saves a subscription. One that is known gets the new secret and
	// lease; Sent, Missed and Due stay as they are.
	Subscribe(ctx context.Context, s Subscriber) error
	// Unsubscribe forgets subscriptions, if they are there.
	Unsubscribe(ctx context.Context, all ...Subscriber) error
	// Lapse forgets those of all whose lease is over at a time. One that was
	// renewed after it was listed stays.
	Lapse(ctx context.Context, now time.Time, all ...Subscriber) error
	// Delivered saves Sent, Missed and Due of subscriptions that are still there,
	// and nothing else of them.
	Delivered(ctx context.Context, all ...Subscriber) error
	// Hold takes a duty that one process at a time does, or keeps it, for the
	// length of a lease. It reports false while another holder has it. Holders
	// have names that nobody else has.
	Hold(ctx context.Context, duty, holder string, lease time.Duration) (bool, error)
}
