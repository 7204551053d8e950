-- What one person is to be in one tool, and what the tool has acknowledged. A row lives as long as its profile.
CREATE TABLE tool_states (
  id            INTEGER PRIMARY KEY,
  profile_id    INTEGER NOT NULL REFERENCES profiles (id),
  tool          TEXT NOT NULL,
  -- A recorder takes in the tool's place: final, never sent.
  channel       TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  user_id       TEXT NOT NULL,
  -- JSON: the whole state that the tool should hold, as wanted by the commit of this number.
  desired       TEXT NOT NULL,
  version       INTEGER NOT NULL,
  decided_at    INTEGER NOT NULL,
  -- JSON: what was acknowledged; null: nothing yet.
  delivered     TEXT,
  -- JSON: names of the attributes of which it is not known what the tool holds.
  uncertain     TEXT NOT NULL DEFAULT '[]',
  -- JSON: episodes of which the tool heard something, or may have.
  reached       TEXT NOT NULL DEFAULT '[]',
  status        TEXT NOT NULL CHECK (status IN ('settled', 'waiting', 'dead')),
  urgent        INTEGER NOT NULL CHECK (urgent IN (0, 1)),
  waiting_since INTEGER,
  retry_at      INTEGER,
  -- Consecutive retries, for the backoff.
  failures      INTEGER NOT NULL DEFAULT 0,
  -- Money at stake, to order dead letters by.
  amount_minor  INTEGER,
  currency      TEXT,
  UNIQUE (profile_id, tool, channel, user_id),
  CHECK ((status = 'waiting') = (waiting_since IS NOT NULL AND retry_at IS NOT NULL))
) STRICT;
-- In the order of sending, of those that wait alone: what a million settled rows cost is nothing. With retry_at, so that
-- those that must wait longer are passed over without being read.
CREATE INDEX tool_states_next ON tool_states (tool, channel, urgent DESC, waiting_since, id, retry_at)
  WHERE status = 'waiting';
CREATE INDEX tool_states_retry ON tool_states (tool, channel, retry_at) WHERE status = 'waiting';

-- Events for a tool's flows, in commit order. Retention by done_at.
CREATE TABLE tool_edges (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  tool_state_id INTEGER NOT NULL REFERENCES tool_states (id) ON DELETE CASCADE,
  event_id      TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('entry', 'exit')),
  episode_id    TEXT NOT NULL,
  -- JSON: the event as it leaves.
  event         TEXT NOT NULL,
  committed_at  INTEGER NOT NULL,
  -- unknown: sent, and nobody knows whether it arrived.
  status        TEXT NOT NULL CHECK (status IN ('queued', 'unknown', 'delivered', 'recorded', 'dropped', 'dead')),
  done_at       INTEGER,
  UNIQUE (tool_state_id, event_id)
) STRICT;
CREATE INDEX tool_edges_open ON tool_edges (tool_state_id, seq) WHERE status IN ('queued', 'unknown');

-- What was sent and what became of it, to be looked at. Retention by at.
CREATE TABLE tool_sends (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  tool_state_id INTEGER NOT NULL REFERENCES tool_states (id) ON DELETE CASCADE,
  at            INTEGER NOT NULL,
  result        TEXT NOT NULL CHECK (result IN ('delivered', 'recorded', 'retry', 'rejected', 'unknown')),
  -- JSON
  attributes    TEXT NOT NULL,
  -- JSON: a list.
  events        TEXT NOT NULL,
  detail        TEXT
) STRICT;
CREATE INDEX tool_sends_row ON tool_sends (tool_state_id, seq);
CREATE INDEX tool_sends_at ON tool_sends (at);

-- How many rows there are of each kind, kept by triggers, as with tallies.
CREATE TABLE tool_tallies (
  tool    TEXT NOT NULL,
  channel TEXT NOT NULL,
  settled INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,
  dead    INTEGER NOT NULL DEFAULT 0,
  -- Among those waiting.
  urgent  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tool, channel)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tool_states_tally_in AFTER INSERT ON tool_states
BEGIN
  INSERT INTO tool_tallies (tool, channel) VALUES (NEW.tool, NEW.channel) ON CONFLICT (tool, channel) DO NOTHING;
  UPDATE tool_tallies SET
    settled = settled + (NEW.status = 'settled'),
    waiting = waiting + (NEW.status = 'waiting'),
    dead = dead + (NEW.status = 'dead'),
    urgent = urgent + (NEW.status = 'waiting' AND NEW.urgent = 1)
    WHERE tool = NEW.tool AND channel = NEW.channel;
END;
CREATE TRIGGER tool_states_tally_move AFTER UPDATE OF status, urgent ON tool_states
WHEN OLD.status <> NEW.status OR OLD.urgent <> NEW.urgent
BEGIN
  UPDATE tool_tallies SET
    settled = settled + (NEW.status = 'settled') - (OLD.status = 'settled'),
    waiting = waiting + (NEW.status = 'waiting') - (OLD.status = 'waiting'),
    dead = dead + (NEW.status = 'dead') - (OLD.status = 'dead'),
    urgent = urgent + (NEW.status = 'waiting' AND NEW.urgent = 1) - (OLD.status = 'waiting' AND OLD.urgent = 1)
    WHERE tool = NEW.tool AND channel = NEW.channel;
END;
CREATE TRIGGER tool_states_tally_out AFTER DELETE ON tool_states
BEGIN
  UPDATE tool_tallies SET
    settled = settled - (OLD.status = 'settled'),
    waiting = waiting - (OLD.status = 'waiting'),
    dead = dead - (OLD.status = 'dead'),
    urgent = urgent - (OLD.status = 'waiting' AND OLD.urgent = 1)
    WHERE tool = OLD.tool AND channel = OLD.channel;
END;

-- Dead letters may be about a tool's row. A CHECK cannot be altered, so the table is made anew; nothing references it.
CREATE TABLE new_dead_letters (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind          TEXT NOT NULL CHECK (kind IN ('delivery', 'decision', 'call', 'tool')),
  subject       TEXT NOT NULL,
  code          TEXT NOT NULL,
  message       TEXT NOT NULL,
  payload       TEXT NOT NULL,
  amount_minor  INTEGER,
  currency      TEXT,
  profile_id    INTEGER REFERENCES profiles (id),
  delivery_seq  INTEGER REFERENCES deliveries (seq) ON DELETE CASCADE,
  outbox_seq    INTEGER REFERENCES outbox (seq) ON DELETE CASCADE,
  tool_state_id INTEGER REFERENCES tool_states (id) ON DELETE CASCADE,
  created_at    INTEGER NOT NULL,
  replayed_at   INTEGER
) STRICT;
INSERT INTO new_dead_letters (seq, kind, subject, code, message, payload, amount_minor, currency, profile_id,
    delivery_seq, outbox_seq, created_at, replayed_at)
  SELECT seq, kind, subject, code, message, payload, amount_minor, currency, profile_id,
    delivery_seq, outbox_seq, created_at, replayed_at FROM dead_letters;
-- The numbers go on where they were, also where the newest dead letters were swept: people name them by number.
DELETE FROM sqlite_sequence WHERE name = 'new_dead_letters';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_dead_letters', seq FROM sqlite_sequence WHERE name = 'dead_letters';
DROP TABLE dead_letters;
ALTER TABLE new_dead_letters RENAME TO dead_letters;
CREATE INDEX dead_letters_open ON dead_letters (seq) WHERE replayed_at IS NULL;
CREATE INDEX dead_letters_delivery ON dead_letters (delivery_seq) WHERE delivery_seq IS NOT NULL;
CREATE INDEX dead_letters_outbox ON dead_letters (outbox_seq) WHERE outbox_seq IS NOT NULL;
CREATE INDEX dead_letters_tool ON dead_letters (tool_state_id) WHERE tool_state_id IS NOT NULL;
-- A profile whose decision fails again and again has one dead letter, not one per try.
CREATE UNIQUE INDEX dead_letters_decision ON dead_letters (profile_id)
  WHERE kind = 'decision' AND replayed_at IS NULL;
