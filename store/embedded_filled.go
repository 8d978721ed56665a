package store

import (
	"context"
	"database/sql"

	"dateline/news"
)

// filledTable came after the first files were laid out, so it is made where it
// is missing.
const filledTable = `CREATE TABLE IF NOT EXISTS filled (
	topic  TEXT PRIMARY KEY,
	digest INTEGER NOT NULL
) STRICT, WITHOUT ROWID`

// Filled implements news.Store.
func (s *embedded) Filled(ctx context.Context) (map[news.TopicID]uint64, error) {
	filled := map[news.TopicID]uint64{}
	err := s.look(func(db *sql.DB) error {
		rows, err := db.QueryContext(ctx, "SELECT topic, digest FROM filled")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var topic string
			var digest int64
			if err := rows.Scan(&topic, &digest); err != nil {
				return err
			}
			filled[news.TopicID(topic)] = uint64(digest)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fail("filled topics", err)
	}
	return filled, nil
}

// SetFilled implements news.Store.
func (s *embedded) SetFilled(ctx context.Context, filled map[news.TopicID]uint64) error {
	return fail("set filled topics", s.change(ctx, func(tx *sql.Tx) error { return setFilled(ctx, tx, filled) }))
}

func setFilled(ctx context.Context, tx *sql.Tx, filled map[news.TopicID]uint64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM filled"); err != nil {
		return err
	}
	for topic, digest := range filled {
		if _, err := tx.ExecContext(ctx, "INSERT INTO filled (topic, digest) VALUES (?, ?)", string(topic), int64(digest)); err != nil {
			return err
		}
	}
	return nil
}
