-- One line for each time that somebody was to hear no more of dunning, for each tool that might have gone on: from what
-- happened to what the tool was seen to hold.
CREATE TABLE suppressions (
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  profile_id      INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
  -- A tool, or segment.
  tool            TEXT NOT NULL,
  channel         TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  -- Null for Segment, whose calls are in the outbox.
  tool_state_id   INTEGER REFERENCES tool_states (id) ON DELETE CASCADE,
  -- Number of the commit that wants it; what the row is told from then on says so.
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
  -- Dunning went on before that.
  overtaken_at    INTEGER,
  -- Nothing of the dunning had left for the tool, so that there was nothing to end: acknowledged without a call.
  never_reached   INTEGER NOT NULL DEFAULT 0 CHECK (never_reached IN (0, 1))
) STRICT;
CREATE INDEX suppressions_row ON suppressions (tool_state_id) WHERE tool_state_id IS NOT NULL;
CREATE INDEX suppressions_profile ON suppressions (profile_id);
CREATE INDEX suppressions_open ON suppressions (tool, channel, received_at)
  WHERE acknowledged_at IS NULL AND overtaken_at IS NULL;
CREATE INDEX suppressions_unverified ON suppressions (tool_state_id) WHERE verified_at IS NULL AND overtaken_at IS NULL;
CREATE INDEX suppressions_at ON suppressions (decided_at);

-- The calls to Segment that a suppression waits for; those that were delivered are gone from here.
CREATE TABLE suppression_calls (
  outbox_seq      INTEGER NOT NULL REFERENCES outbox (seq) ON DELETE CASCADE,
  suppression_seq INTEGER NOT NULL REFERENCES suppressions (seq) ON DELETE CASCADE,
  -- 'state', or the key of the audience that is left.
  about           TEXT NOT NULL,
  PRIMARY KEY (outbox_seq, suppression_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX suppression_calls_of ON suppression_calls (suppression_seq);

-- Upper bounds of a histogram in ms, and how many suppressions took so long since the store was made: a scrape reads no
-- suppression. Kept by triggers, whoever writes the instants.
CREATE TABLE suppression_bounds (le_ms INTEGER PRIMARY KEY) STRICT;
INSERT INTO suppression_bounds (le_ms) VALUES (250), (500), (1000), (2000), (5000), (10000), (20000), (30000), (60000),
  (120000), (300000), (600000), (1800000), (3600000), (21600000), (86400000), (9007199254740991);
CREATE TABLE suppression_tallies (
  tool    TEXT NOT NULL,
  channel TEXT NOT NULL,
  layer   TEXT NOT NULL,
  le_ms   INTEGER NOT NULL,
  n       INTEGER NOT NULL DEFAULT 0,
  sum_ms  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tool, channel, layer, le_ms)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER suppressions_tally_in AFTER INSERT ON suppressions WHEN NEW.never_reached = 0
BEGIN
  INSERT INTO suppression_tallies (tool, channel, layer, le_ms, n, sum_ms)
    SELECT NEW.tool, NEW.channel, 'decided', (SELECT min(le_ms) FROM suppression_bounds WHERE le_ms >= t.ms), 1, t.ms
    FROM (SELECT max(0, NEW.decided_at - NEW.received_at) AS ms) t WHERE true
    ON CONFLICT (tool, channel, layer, le_ms) DO UPDATE SET n = n + 1, sum_ms = sum_ms + excluded.sum_ms;
END;
CREATE TRIGGER suppressions_tally_on AFTER UPDATE OF state_at, exit_at, acknowledged_at, verified_at ON suppressions
WHEN NEW.never_reached = 0
BEGIN
  INSERT INTO suppression_tallies (tool, channel, layer, le_ms, n, sum_ms)
    SELECT NEW.tool, NEW.channel, t.layer, (SELECT min(le_ms) FROM suppression_bounds WHERE le_ms >= t.ms), 1, t.ms
    FROM (
      SELECT 'state' AS layer, max(0, NEW.state_at - NEW.received_at) AS ms
        WHERE OLD.state_at IS NULL AND NEW.state_at IS NOT NULL
      UNION ALL SELECT 'exit', max(0, NEW.exit_at - NEW.received_at)
        WHERE OLD.exit_at IS NULL AND NEW.exit_at IS NOT NULL
      UNION ALL SELECT 'acknowledged', max(0, NEW.acknowledged_at - NEW.received_at)
        WHERE OLD.acknowledged_at IS NULL AND NEW.acknowledged_at IS NOT NULL
      UNION ALL SELECT 'verified', max(0, NEW.verified_at - NEW.received_at)
        WHERE OLD.verified_at IS NULL AND NEW.verified_at IS NOT NULL
    ) t WHERE true
    ON CONFLICT (tool, channel, layer, le_ms) DO UPDATE SET n = n + 1, sum_ms = sum_ms + excluded.sum_ms;
END;

-- Since when a record waited that was sent, for the report of latency; null for what was sent before this was kept.
ALTER TABLE tool_sends ADD COLUMN waited_since INTEGER;

-- Which tools take no calls now, as the relay last saw it: whoever looks beside it asks here why something waits.
CREATE TABLE tool_pauses (
  tool    TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  until   INTEGER NOT NULL,
  -- It refuses the relay: its key, its permissions, its address.
  stopped INTEGER NOT NULL CHECK (stopped IN (0, 1)),
  reason  TEXT NOT NULL,
  PRIMARY KEY (tool, channel)
) STRICT, WITHOUT ROWID;
