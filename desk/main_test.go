package desk_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No desk, fetcher or store leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
