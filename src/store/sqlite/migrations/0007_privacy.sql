-- The key of the hashes below: of this store alone, so that two stores cannot be compared by them.
INSERT INTO meta (name, value) VALUES ('tombstone_key', lower(hex(randomblob(32))));

-- Keyed hashes of the ids of erased people, so that what comes later about them is known and dropped. Kept for good.
CREATE TABLE tombstones (
  hash      TEXT NOT NULL PRIMARY KEY,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- That somebody was erased, and when; kept for good.
CREATE TABLE erasures (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  -- JSON: how many rows of each table went.
  deleted TEXT NOT NULL,
  -- JSON: the names that are still searched for; null once nothing holds them.
  names   TEXT
) STRICT;

CREATE TRIGGER erasures_stay BEFORE DELETE ON erasures
BEGIN
  SELECT RAISE(ABORT, 'that somebody was erased stays on record');
END;

-- Ids that are still to be deleted in Segment and in the tools: the only plain ids that outlive an erasure, until then.
CREATE TABLE tool_deletions (
  tool       TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('user', 'anonymous')),
  id         TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  PRIMARY KEY (tool, kind, id)
) STRICT, WITHOUT ROWID;

-- The gate in the decision log: open for a profile while its row is here, and no row can stay. One that does breaks its
-- foreign key at the commit, and it goes only once the profile is gone: a line goes with the whole person or not at all.
CREATE TABLE no_row (id INTEGER PRIMARY KEY CHECK (id IS NULL)) STRICT;

CREATE TABLE erasing (
  profile_id INTEGER PRIMARY KEY,
  never      INTEGER NOT NULL DEFAULT 0 REFERENCES no_row (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TRIGGER erasing_ends_with_the_person BEFORE DELETE ON erasing
WHEN EXISTS (SELECT 1 FROM profiles WHERE id = OLD.profile_id)
BEGIN
  SELECT RAISE(ABORT, 'the decision log is erased only with its profile');
END;

DROP TRIGGER decisions_go_by_retention_only;

CREATE TRIGGER decisions_go_by_retention_only BEFORE DELETE ON decisions
WHEN OLD.at >= coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'decisions_kept_from'), 0)
  AND NOT EXISTS (SELECT 1 FROM erasing WHERE profile_id = OLD.profile_id)
BEGIN
  SELECT RAISE(ABORT, 'the decision log is kept until its retention ends');
END;
