package news

// Seats bound how many work at a time on what needs a processor rather than
// waits for an outlet, so that a program that does both keeps time for its
// readers. Nil seats bound nothing.
type Seats chan struct{}

// NewSeats makes n seats.
func NewSeats(n int) Seats { return make(Seats, n) }

// Work takes a seat, does the work and gives the seat back; where all seats are
// taken it waits. Work must not take another seat, or wait for an outlet.
func (s Seats) Work(do func()) {
	if s != nil {
		s <- struct{}{}
		defer func() { <-s }()
	}
	do()
}
