package store

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// clientLog takes what the Redis client says of its own accord, which would
// go to standard error, as lines of our log. The client has one logger for the
// whole process: the store that was opened last gets it.
type clientLog struct{ log *slog.Logger }

func (c clientLog) Printf(ctx context.Context, format string, args ...any) {
	if c.log.Enabled(ctx, slog.LevelDebug) {
		c.log.DebugContext(ctx, "redis client", "err", fmt.Sprintf(format, args...))
	}
}

func listen(log *slog.Logger) { redis.SetLogger(clientLog{log}) }
