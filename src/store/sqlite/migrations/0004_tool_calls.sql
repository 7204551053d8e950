-- The call that is under way to a tool, written down before it leaves: what is found here at the next start may have been
-- applied, and nobody knows.
CREATE TABLE tool_calls (
  tool        TEXT NOT NULL,
  channel     TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  -- JSON: its records, as a list of settlements of unknown outcome.
  settlements TEXT NOT NULL,
  PRIMARY KEY (tool, channel)
) STRICT, WITHOUT ROWID;
