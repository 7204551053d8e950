-- Rows about an account, or an episode of one, go with the account to another profile.
ALTER TABLE tool_states ADD COLUMN customer_id INTEGER REFERENCES customers (id);
CREATE INDEX tool_states_customer ON tool_states (customer_id) WHERE customer_id IS NOT NULL;
-- A row that moved while a call was under way, by what the call knows of it.
CREATE INDEX tool_states_moved ON tool_states (user_id, tool, channel) WHERE customer_id IS NOT NULL;

-- Events may be news. A CHECK cannot be altered, so the table is made anew; nothing references it.
CREATE TABLE new_tool_edges (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  tool_state_id INTEGER NOT NULL REFERENCES tool_states (id) ON DELETE CASCADE,
  event_id      TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('entry', 'exit', 'news')),
  -- Empty where news belongs to no episode.
  episode_id    TEXT NOT NULL,
  -- JSON: the event as it leaves.
  event         TEXT NOT NULL,
  committed_at  INTEGER NOT NULL,
  -- unknown: sent, and nobody knows whether it arrived.
  status        TEXT NOT NULL CHECK (status IN ('queued', 'unknown', 'delivered', 'recorded', 'dropped', 'dead')),
  done_at       INTEGER,
  UNIQUE (tool_state_id, event_id)
) STRICT;
INSERT INTO new_tool_edges (seq, tool_state_id, event_id, role, episode_id, event, committed_at, status, done_at)
  SELECT seq, tool_state_id, event_id, role, episode_id, event, committed_at, status, done_at FROM tool_edges;
-- The numbers go on where they were, also where the newest were swept: what is settled names them.
DELETE FROM sqlite_sequence WHERE name = 'new_tool_edges';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_tool_edges', seq FROM sqlite_sequence WHERE name = 'tool_edges';
DROP TABLE tool_edges;
ALTER TABLE new_tool_edges RENAME TO tool_edges;
CREATE INDEX tool_edges_open ON tool_edges (tool_state_id, seq) WHERE status IN ('queued', 'unknown');

-- The same of what was sent: the tool may not know the subject.
CREATE TABLE new_tool_sends (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  tool_state_id INTEGER NOT NULL REFERENCES tool_states (id) ON DELETE CASCADE,
  at            INTEGER NOT NULL,
  result        TEXT NOT NULL CHECK (result IN ('delivered', 'recorded', 'absent', 'retry', 'rejected', 'unknown')),
  -- JSON
  attributes    TEXT NOT NULL,
  -- JSON: a list.
  events        TEXT NOT NULL,
  detail        TEXT
) STRICT;
INSERT INTO new_tool_sends (seq, tool_state_id, at, result, attributes, events, detail)
  SELECT seq, tool_state_id, at, result, attributes, events, detail FROM tool_sends;
DELETE FROM sqlite_sequence WHERE name = 'new_tool_sends';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_tool_sends', seq FROM sqlite_sequence WHERE name = 'tool_sends';
DROP TABLE tool_sends;
ALTER TABLE new_tool_sends RENAME TO tool_sends;
CREATE INDEX tool_sends_row ON tool_sends (tool_state_id, seq);
CREATE INDEX tool_sends_at ON tool_sends (at);
