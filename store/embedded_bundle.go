package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"dateline/news"

	"github.com/ncruces/go-sqlite3"
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
	if len(articles) == 0 {
		return nil, nil
	}
	b := v.binder()
	defer b.lay()
	for _, a := range articles {
		text, err := v.plain(b.text[:0], a)
		if err != nil {
			return nil, err
		}
		b.text = text
		b.add(packedArticle{id: string(a.ID), source: a.Source, kept: nanos(at)}, text)
	}
	return b.tied(), nil
}

// bundlesOf packs the articles of a copy.
func (v *values) bundlesOf(articles []keptArticle) ([]bundle, error) {
	b := v.binder()
	defer b.lay()
	for _, a := range articles {
		text, err := v.loosen(a.body)
		if err != nil {
			return nil, err
		}
		b.text = append(append(b.text[:0], formPlain), text...)
		b.add(packedArticle{id: a.id, source: a.source, kept: a.kept}, b.text)
	}
	return b.tied(), nil
}

// binder ties articles to bundles. It is kept for the next ones: what it writes
// before it compresses is many times what remains.
type binder struct {
	values *values
	text   []byte // of one article
	plain  []byte // of those that are not tied yet
	loose  []packedArticle
	all    []bundle
}

// largeBinder is the size in bytes past which a binder is not kept.
const largeBinder = 1 << 20

func (v *values) binder() *binder {
	b := v.binders.Get().(*binder)
	b.values = v
	return b
}

// lay gives a binder back.
func (b *binder) lay() {
	if cap(b.text)+cap(b.plain) <= largeBinder {
		b.values.binders.Put(&binder{text: b.text, plain: b.plain[:0]})
	}
}

// add puts an article behind the others. Its text is written but not compressed.
func (b *binder) add(a packedArticle, text []byte) {
	if n := len(b.loose); n == bundleSize || n > 0 && len(b.plain)+len(text) > bundleBytes {
		b.tie()
	}
	if len(b.loose) == 0 {
		b.plain = append(b.plain[:0], formPlain)
	}
	a.body = binary.AppendUvarint(nil, uint64(len(b.loose)))
	b.loose = append(b.loose, a)
	b.plain = append(binary.AppendUvarint(b.plain, uint64(len(text))), text...)
}

// tie makes a bundle of what is loose. One that is alone is no bundle.
func (b *binder) tie() {
	made := bundle{articles: b.loose}
	switch len(b.loose) {
	case 0:
		return
	case 1:
		r := reader{rest: b.plain[1:]}
		b.loose[0].body = b.squeeze(r.bytes())
	default:
		made.body = b.squeeze(b.plain)
	}
	b.all, b.loose = append(b.all, made), nil
}

// squeeze compresses what the binder will write over.
func (b *binder) squeeze(plain []byte) []byte {
	packed := b.values.squeeze(plain)
	if packed[0] == formPlain { // it did not pay
		return bytes.Clone(packed)
	}
	return packed
}

// tied are all bundles.
func (b *binder) tied() []bundle {
	b.tie()
	return b.all
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
func putBundles(ctx context.Context, tx *sql.Tx, c *conn, bundles []bundle) error {
	for _, b := range bundles {
		var id any
		if b.body != nil {
			if _, err := c.run("INSERT INTO bundles (alive, body) VALUES (?, ?)", nil, int64(len(b.articles)), b.body); err != nil {
				return err
			}
			id = c.Raw().LastInsertRowID()
		}
		for _, a := range b.articles {
			if err := takeArticleOut(ctx, tx, c, a.id); err != nil {
				return err
			}
			if _, err := c.run(`INSERT INTO articles (id, filed, body, bundle) VALUES (?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET filed = excluded.filed, body = excluded.body, bundle = excluded.bundle`, nil, a.id, a.kept, a.body, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeArticleOut takes an article out of the bundle that it lies in, if it does.
func takeArticleOut(ctx context.Context, tx *sql.Tx, c *conn, id string) error {
	var from int64 // the IDs of bundles begin at 1
	_, err := c.run("SELECT bundle FROM articles WHERE id = ?", func(r *sqlite3.Stmt) error {
		from = r.ColumnInt64(0)
		return nil
	}, id)
	if err != nil || from == 0 {
		return err
	}
	return letGo(ctx, tx, from, 1)
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
