package store
import ("context";"dateline/news")
func openRedis(ctx context.Context, address string, o Options) (news.Store, error) { return nil, nil }
