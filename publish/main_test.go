package publish

import (
	"testing"

	"go.uber.org/goleak"
)

// Nothing that the tests begin goes on after them.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
