-- How far a backfill has come, for each of its parts; written with the deliveries of the page that it names.
CREATE TABLE backfill_progress (
  -- Provider, mode, connected account and how far back: what makes two runs one.
  backfill   TEXT    NOT NULL,
  part       TEXT    NOT NULL,
  -- JSON of whoever reads the API.
  cursor     TEXT    NOT NULL,
  objects    INTEGER NOT NULL CHECK (objects >= 0),
  done       INTEGER NOT NULL CHECK (done IN (0, 1)),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (backfill, part)
) STRICT, WITHOUT ROWID;
