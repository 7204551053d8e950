-- What a tool holds is read back: when next (null: in the course of the sample), and when it was last.
ALTER TABLE tool_states ADD COLUMN verify_at INTEGER;
ALTER TABLE tool_states ADD COLUMN looked_at INTEGER;
-- The commit that the looks are about, how many found in a row what it wants, and how often it had to be asserted again.
ALTER TABLE tool_states ADD COLUMN verify_version INTEGER;
ALTER TABLE tool_states ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tool_states ADD COLUMN drifts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX tool_states_verify ON tool_states (tool, channel, verify_at, id)
  WHERE verify_at IS NOT NULL AND status = 'settled';
CREATE INDEX tool_states_sample ON tool_states (tool, channel, looked_at, id)
  WHERE verify_at IS NULL AND status = 'settled' AND delivered IS NOT NULL;
-- Somebody else writes the same attributes.
CREATE INDEX tool_states_fought ON tool_states (tool, channel, drifts) WHERE drifts > 0;
-- Other rows of one external id: which of them the tool is to hold is the newest's to say.
CREATE INDEX tool_states_subject ON tool_states (user_id, tool, channel);

-- How often a tool was found to hold what it should, and how often not, since the store was made.
CREATE TABLE verify_tallies (
  tool     TEXT PRIMARY KEY,
  verified INTEGER NOT NULL DEFAULT 0,
  drifted  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
