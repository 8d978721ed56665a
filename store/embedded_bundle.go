package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"dateline/news"
)

// Articles that one commit archives lie together, a few to a bundle: copy of one
// outlet repeats itself, and compresses by a fifth better so than each alone.
// The row of such an article names its bundle, and its place there in front of
// nothing; a bundle goes when no article lies in it any more.

// bundleSize is how many articles a bundle holds. One that is read is unpacked
// with all others, so there are few.
const bundleSize = 8

// bundleTable came after the first files were laid out.
const bundleTable = `CREATE TABLE IF NOT EXISTS bundles (
	id    INTEGER PRIMARY KEY,
	alive INTEGER NOT NULL,
	body  BLOB NOT NULL
) STRICT`

// bundle is some articles, packed as one.
type bundle struct {
	articles []packedArticle // their bodies say where in it they lie
	body     []byte          // nil: there is only one, packed alone
}

// bundleBytes is the size before compression that a bundle has at most, unless
// it has only one article.
const bundleBytes = 256 << 10

// bundles packs the articles of a commit.
func (v *values) bundles(articles []*news.Article, at time.Time) ([]bundle, error) {
	loose := make([]packedArticle, 0, len(articles))
	for _, a := range articles {
		text, err := v.plain(a)
		if err != nil {
			return nil, err
		}
		loose = append(loose, packedArticle{id: string(a.ID), source: a.Source, kept: nanos(at), body: text})
	}
	return v.tie(loose), nil
}

// bundlesOf packs the articles of a copy.
func (v *values) bundlesOf(articles []keptArticle) ([]bundle, error) {
	loose := make([]packedArticle, 0, len(articles))
	for _, a := range articles {
		text, err := v.loosen(a.body)
		if err != nil {
			return nil, err
		}
		loose = append(loose, packedArticle{id: a.id, source: a.source, kept: a.kept, body: append([]byte{formPlain}, text...)})
	}
	return v.tie(loose), nil
}

// tie packs articles whose bodies are not compressed.
func (v *values) tie(loose []packedArticle) (all []bundle) {
	for len(loose) > 0 {
		n, size := 1, len(loose[0].body)
		for n < min(bundleSize, len(loose)) && size+len(loose[n].body) <= bundleBytes {
			size += len(loose[n].body)
			n++
		}
		all = append(all, v.tieOne(loose[:n]))
		loose = loose[n:]
	}
	return all
}

func (v *values) tieOne(some []packedArticle) bundle {
	b := bundle{articles: some}
	if len(some) == 1 {
		some[0].body = v.squeeze(some[0].body)
		return b
	}
	plain := []byte{formPlain}
	for i := range some {
		plain = append(binary.AppendUvarint(plain, uint64(len(some[i].body))), some[i].body...)
		some[i].body = binary.AppendUvarint(nil, uint64(i))
	}
	b.body = v.squeeze(plain)
	return b
}

// unbundle takes an article out of its bundle; without a bundle it is alone.
// What it returns is written as an article that is alone.
func (v *values) unbundle(body, bundle []byte) ([]byte, error) {
	if bundle == nil {
		return body, nil
	}
	plain, err := v.loosen(bundle)
	if err != nil {
		return nil, err
	}
	place := reader{rest: body}
	r := reader{rest: plain}
	for at := place.uvarint(); at > 0 && !r.failed; at-- {
		r.bytes()
	}
	text := r.bytes()
	if place.failed || r.failed {
		return nil, errDamaged
	}
	return text, nil
}

// readBundled reads an article, and demands that it is the one it should be.
func (v *values) readBundled(id news.ArticleID, body, bundle []byte) (news.Article, error) {
	text, err := v.unbundle(body, bundle)
	if err != nil {
		return news.Article{}, fmt.Errorf("read article: %w", err)
	}
	a, err := v.readArticle(text)
	if err == nil && a.ID != id {
		return news.Article{}, fmt.Errorf("read article: %w", errDamaged)
	}
	return a, err
}

// putBundles saves articles in place of those of their IDs.
func putBundles(ctx context.Context, tx *sql.Tx, bundles []bundle) error {
	for _, b := range bundles {
		var id sql.NullInt64
		if b.body != nil {
			res, err := tx.ExecContext(ctx, "INSERT INTO bundles (alive, body) VALUES (?, ?)", len(b.articles), b.body)
			if err != nil {
				return err
			}
			if id.Int64, err = res.LastInsertId(); err != nil {
				return err
			}
			id.Valid = true
		}
		for _, a := range b.articles {
			if err := takeArticleOut(ctx, tx, a.id); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO articles (id, filed, body, bundle) VALUES (?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET filed = excluded.filed, body = excluded.body, bundle = excluded.bundle`, a.id, a.kept, a.body, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeArticleOut takes an article out of the bundle that it lies in, if it does.
func takeArticleOut(ctx context.Context, tx *sql.Tx, id string) error {
	var from sql.NullInt64
	err := tx.QueryRowContext(ctx, "SELECT bundle FROM articles WHERE id = ?", id).Scan(&from)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !from.Valid {
		return nil
	}
	if err != nil {
		return err
	}
	return letGo(ctx, tx, from.Int64, 1)
}

// letGo notes that articles have left a bundle, and forgets it with the last.
func letGo(ctx context.Context, tx *sql.Tx, bundle int64, articles int) error {
	if _, err := tx.ExecContext(ctx, "UPDATE bundles SET alive = alive - ? WHERE id = ?", articles, bundle); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM bundles WHERE id = ? AND alive <= 0", bundle)
	return err
}

// sweepArticles forgets the oldest articles archived before a time.
func sweepArticles(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, bundle FROM articles WHERE filed < ? ORDER BY filed LIMIT ?", before, sweepBatch)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var ids []string
	left := map[int64]int{}
	for rows.Next() {
		var id string
		var from sql.NullInt64
		if err := rows.Scan(&id, &from); err != nil {
			return 0, err
		}
		ids = append(ids, id)
		if from.Valid {
			left[from.Int64]++
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, err
	}
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "DELETE FROM articles WHERE id = ?", id); err != nil {
			return 0, err
		}
	}
	for bundle, articles := range left {
		if err := letGo(ctx, tx, bundle, articles); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// archive is where articles are read from: their bodies as "body", and what they
// lie in as "bundle". A file that was never opened for writing since version 2
// has no bundles.
func (s *embedded) archive(columns string) string {
	if !s.layout.bundled {
		return fmt.Sprintf("SELECT %s, a.body, NULL FROM articles a ", columns)
	}
	return fmt.Sprintf("SELECT %s, a.body, b.body FROM articles a LEFT JOIN bundles b ON b.id = a.bundle ", columns)
}
