-- One line for each time that somebody was to hear no more of dunning, for each tool that might have gone on: from what
-- happened to what the tool was seen to hold.
CREATE TABLE suppressions (
  id              INTEGER PRIMARY KEY,
  profile_id      INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  -- A tool, or segment.
  tool            TEXT NOT NULL,
  channel         TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  -- Null for Segment, whose calls are in the outbox.
  tool_state_id   INTEGER REFERENCES tool_states (id) ON DELETE CASCADE,
  -- Number of the commit that wants it.
  version         INTEGER NOT NULL,
  -- Null where no episode was open: a card that expires.
  episode_id      TEXT,
  reason          TEXT NOT NULL,
  -- When the payment (cancellation, hold …) happened, by its own source; when its webhook came; when it was decided.
  occurred_at     INTEGER NOT NULL,
  received_at     INTEGER NOT NULL,
  decided_at      INTEGER NOT NULL,
  -- The tool took the state that says so, and the exit event; null: not yet, and for exit_at also where none was due.
  state_at        INTEGER,
  exit_at         INTEGER,
  -- All of it: the tool acknowledged what it was to hear.
  acknowledged_at INTEGER,
  -- It was read back from the tool.
  verified_at     INTEGER,
  -- Dunning went on, or the person was erased, before that.
  overtaken_at    INTEGER
) STRICT;
CREATE INDEX suppressions_open ON suppressions (tool_state_id) WHERE acknowledged_at IS NULL AND overtaken_at IS NULL;
CREATE INDEX suppressions_unverified ON suppressions (tool_state_id) WHERE verified_at IS NULL AND overtaken_at IS NULL;
CREATE INDEX suppressions_at ON suppressions (decided_at);
