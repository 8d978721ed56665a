package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks the file as ours in its header: "DLNE".
const applicationID = 0x444c4e45

// schema is that of versions 1 and 2, to which addBundles adds. Times are nanoseconds since 1970 where they order
// listings and microseconds in the due-list; bodies are what values writes.
const schema = `
-- The revision of the archive and the number of leases ever given.
CREATE TABLE archive (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	revision INTEGER NOT NULL,
	leases   INTEGER NOT NULL
) STRICT;
INSERT INTO archive VALUES (1, 0, 0);

-- The due-list. lease is the last one given, 0 when it is spent.
CREATE TABLE sources (
	id       TEXT PRIMARY KEY,
	enrolled INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	lease    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sources_due ON sources (due, id) WHERE enrolled = 1;

CREATE TABLE ledgers (
	source TEXT PRIMARY KEY,
	asked  INTEGER NOT NULL,
	body   BLOB NOT NULL
) STRICT;

CREATE TABLE articles (
	id    TEXT PRIMARY KEY,
	filed INTEGER NOT NULL, -- in the archive: when that was
	body  BLOB NOT NULL
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

// prepare lays out an empty file, and refuses one that is not ours or newer.
func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var tables int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		if err := checkVersion(ctx, tx); err != nil {
			return err
		}
		if err := voidLeases(ctx, tx); err != nil {
			return err
		}
		if err := addBundles(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", Version)); err != nil {
			return err
		}
		return tx.Commit()
	}
	marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, Version)
	if _, err := tx.ExecContext(ctx, schema+marks); err != nil {
		return err
	}
	if err := addBundles(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// voidLeases makes due at once what was claimed and never committed. The file
// has one owner at a time, so a lease found at the opening is of an owner that
// died; without this its sources would stay unasked until the lease runs out.
func voidLeases(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE sources SET due = 0, lease = 0 WHERE lease <> 0")
	return err
}

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
