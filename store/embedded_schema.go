package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks the file as ours in its header: "DLNE".
const applicationID = 0x444c4e45

// schema is that of the present version. Times are nanoseconds since 1970 where
// they order listings and microseconds in the due-list; bodies are what values
// writes.
const schema = `
-- The revision of the archive.
CREATE TABLE archive (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	revision INTEGER NOT NULL
) STRICT;
INSERT INTO archive VALUES (1, 0);

-- The due-list, with the record of each source's last poll. Without one it was
-- never polled, or its ledger, of an older file, has it.
CREATE TABLE sources (
	id       TEXT PRIMARY KEY,
	enrolled INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	asked    INTEGER NOT NULL DEFAULT 0,
	poll     BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX sources_due ON sources (due, id) WHERE enrolled = 1;

-- What is remembered of the sources beside the last poll.
CREATE TABLE ledgers (
	source TEXT PRIMARY KEY,
	body   BLOB NOT NULL
) STRICT;

CREATE TABLE articles (
	id     TEXT PRIMARY KEY,
	filed  INTEGER NOT NULL, -- in the archive: when that was
	body   BLOB NOT NULL,
	bundle INTEGER
) STRICT;
CREATE INDEX articles_filed ON articles (filed, id);

CREATE TABLE stories (
	id       TEXT PRIMARY KEY,
	filed    INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	facets   BLOB NOT NULL,
	body     BLOB NOT NULL
) STRICT;
CREATE INDEX stories_revision ON stories (revision, id);

-- The listings that stories stand in: all, and one for each topic, language
-- and source.
CREATE TABLE facets (
	facet TEXT NOT NULL,
	filed INTEGER NOT NULL,
	id    TEXT NOT NULL,
	PRIMARY KEY (facet, filed, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
	id       TEXT PRIMARY KEY,
	revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

// prepare lays out an empty file, brings an older one up to date, and refuses
// one that is not ours or newer. To a file of this version it writes nothing, so
// that it is opened on a full disk, too.
func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var tables, version int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case tables == 0:
		_, err = tx.ExecContext(ctx, schema+bundleTable+fmt.Sprintf("; PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, Version))
	case version == Version:
		return checkVersion(ctx, tx)
	default:
		err = upgrade(ctx, tx)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

// layout says what a file has that older ones lack, which are read as they are
// where they are only looked at.
type layout struct {
	bundled bool   // articles in bundles, since version 3
	poll    string // an expression for the record of a poll, of sources s: apart since version 4
	asked   string // one for when a source was asked, of sources s and ledgers l
}

func layoutOf(ctx context.Context, q querier) (l layout, err error) {
	l = layout{poll: "NULL", asked: "l.asked"}
	if l.bundled, err = hasColumn(ctx, q, "articles", "bundle"); err != nil {
		return l, err
	}
	apart, err := hasColumn(ctx, q, "sources", "poll")
	if apart {
		l.poll, l.asked = "s.poll", "s.asked"
	}
	return l, err
}

func hasColumn(ctx context.Context, q querier, table, column string) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", table, column).Scan(&n)
	return n > 0, err
}

// upgrade adds what an older file lacks.
func upgrade(ctx context.Context, tx *sql.Tx) error {
	if err := checkVersion(ctx, tx); err != nil {
		return err
	}
	has, err := layoutOf(ctx, tx)
	if err != nil {
		return err
	}
	if !has.bundled {
		if _, err := tx.ExecContext(ctx, "ALTER TABLE articles ADD COLUMN bundle INTEGER; "+bundleTable); err != nil {
			return err
		}
	}
	if has.poll == "NULL" {
		if _, err := tx.ExecContext(ctx, pollsApart); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", Version))
	return err
}

// pollsApart makes room for the records of polls beside the ledgers, where
// those of each source stay until its next poll. What was claimed and never
// committed is due at once: its lease was of an owner that is no more.
const pollsApart = `
UPDATE sources SET due = 0 WHERE lease <> 0;
ALTER TABLE sources DROP COLUMN lease;
ALTER TABLE sources ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN poll BLOB;
ALTER TABLE archive DROP COLUMN leases;
UPDATE sources SET asked = coalesce((SELECT asked FROM ledgers WHERE source = id), 0);
ALTER TABLE ledgers DROP COLUMN asked`

// checkVersion refuses what this package did not write.
func checkVersion(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) error {
	var app, version int
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch {
	case app != applicationID:
		return errors.New("is a database of another program: move it away, or change the path")
	case version > Version:
		return fmt.Errorf("%w (store version %d, this one knows %d)", ErrNewer, version, Version)
	}
	return nil
}
