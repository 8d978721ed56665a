package desk

import (
	"strings"
	"testing"
	"testing/synctest"

	"dateline/news"
)

// A text that fills the copy room has it to itself; a short one never waits.
func TestCopyRoomHasBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newCopyRoom()
		long := &news.Item{Content: strings.Repeat("x", int(r.size)*2)}
		short := &news.Item{Summary: strings.Repeat("x", lightCopy)}
		leave := r.enter(long, nil)
		r.enter(short, nil)()
		entered := false
		go func() {
			r.enter(&news.Item{}, []news.Page{{HTML: []byte(short.Summary)}, {HTML: []byte(short.Summary)}})()
			entered = true
		}()
		synctest.Wait()
		if entered {
			t.Error("pages were edited beside a text that fills the room")
		}
		leave()
		synctest.Wait()
		if !entered {
			t.Error("nobody got in when the text was done")
		}
	})
}
