package desk

import "testing"

// Who has left is in nobody's way, and is not done either.
func TestWhoLeavesMakesRoom(t *testing.T) {
	c := newCrew(2)
	left, end := make(chan bool), make(chan bool)
	for range 2 {
		c.do(func(leave func()) {
			leave()
			leave() // once is enough
			left <- true
			<-end
		})
	}
	<-left
	<-left
	if c.free() != 2 || c.done() {
		t.Errorf("%d are free, all done %v; want 2, and not done", c.free(), c.done())
	}
	done := make(chan bool)
	for range 2 {
		c.do(func(func()) { done <- true })
	}
	<-done
	<-done
	close(end)
	c.wait()
	if c.free() != 2 || !c.done() {
		t.Errorf("%d are free, all done %v; want 2, and done", c.free(), c.done())
	}
}

// Beyond a number nobody leaves: what waits to be filed is bounded.
func TestNotEveryoneLeaves(t *testing.T) {
	c := newCrew(1)
	left, end := make(chan bool), make(chan bool)
	for range mostLeft {
		c.do(func(leave func()) { leave(); left <- true; <-end })
		<-left
	}
	c.do(func(leave func()) { leave(); left <- true; <-end })
	<-left
	if c.free() != 0 {
		t.Errorf("%d are free, want none: %d have left", c.free(), mostLeft)
	}
	close(end)
	c.wait()
	if c.free() != 1 || !c.done() {
		t.Errorf("%d are free, all done %v; want 1, and done", c.free(), c.done())
	}
}
