package news

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestSeatsBoundWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for seats, want := range map[int]int64{0: 5, 2: 2} {
			var s Seats
			if seats > 0 {
				s = NewSeats(seats)
			}
			var working, most atomic.Int64
			for n := range 5 {
				go func() {
					defer func() { recover() }()
					s.Work(func() {
						most.Store(max(most.Load(), working.Add(1)))
						defer working.Add(-1)
						time.Sleep(time.Second)
						if n == 0 {
							panic("who fails gives his seat back")
						}
					})
				}()
			}
			time.Sleep(time.Minute)
			if most.Load() != want || working.Load() != 0 || len(s) != 0 {
				t.Errorf("%d seats: %d worked at once, want %d; %d still do, %d seats are taken", seats, most.Load(), want, working.Load(), len(s))
			}
		}
	})
}
