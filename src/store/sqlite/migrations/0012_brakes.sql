-- How many people entered messaging, by the minute: a count within the last hour reads sixty rows, however large the store.
CREATE TABLE brake_entries (
  minute INTEGER PRIMARY KEY,
  people INTEGER NOT NULL
) STRICT;

-- Every time that entries of all were held back; the newest holds while released_at is null.
CREATE TABLE brake_stops (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  engaged_at  INTEGER NOT NULL,
  entered     INTEGER NOT NULL,
  known       INTEGER NOT NULL,
  released_at INTEGER,
  actor       TEXT,
  reason      TEXT
) STRICT;
CREATE UNIQUE INDEX brake_stops_engaged ON brake_stops (released_at IS NULL) WHERE released_at IS NULL;

-- Whose entry waits.
CREATE TABLE brake_held (
  profile_id  INTEGER PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
  cause       TEXT NOT NULL CHECK (cause IN ('share', 'person')),
  since       INTEGER NOT NULL,
  -- A person let this one go: it enters with its next decision, uncounted.
  released_at INTEGER
) STRICT;
CREATE INDEX brake_held_cause ON brake_held (cause) WHERE released_at IS NULL;
