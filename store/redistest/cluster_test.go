package redistest

import (
	"strconv"
	"testing"
)

// The slots that we reckon are those of the server.
func TestSlot(t *testing.T) {
	s := StartAt(t, "", "--cluster-enabled", "yes", "--cluster-port", FreePort(t))
	for _, key := range []string{"", "a", "{desk}:revision", "{src:15}:due", "{}x", "a{b}c{d}", "a{b", "朝鮮"} {
		if got := strconv.Itoa(Slot(key)); got != s.Ask("CLUSTER", "KEYSLOT", key) {
			t.Errorf("slot of %q: got %s, want %s", key, got, s.Ask("CLUSTER", "KEYSLOT", key))
		}
	}
}
