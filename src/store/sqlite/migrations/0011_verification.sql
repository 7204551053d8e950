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

-- Since when the oldest suppression of the row is acknowledged and not seen in the tool; null: none is. Kept by triggers,
-- whoever writes the instants: a scrape reads the first entry of an index, however many people paid.
ALTER TABLE tool_states ADD COLUMN unverified_since INTEGER;
CREATE INDEX tool_states_unverified ON tool_states (tool, channel, unverified_since)
  WHERE unverified_since IS NOT NULL AND verify_at IS NOT NULL AND status = 'settled';
CREATE TRIGGER suppressions_unverified_in AFTER INSERT ON suppressions
WHEN NEW.tool_state_id IS NOT NULL AND NEW.acknowledged_at IS NOT NULL
BEGIN
  UPDATE tool_states SET unverified_since = (SELECT min(p.acknowledged_at) FROM suppressions p
    WHERE p.tool_state_id = tool_states.id AND p.verified_at IS NULL AND p.overtaken_at IS NULL)
    WHERE id = NEW.tool_state_id;
END;
CREATE TRIGGER suppressions_unverified_on
AFTER UPDATE OF tool_state_id, acknowledged_at, verified_at, overtaken_at ON suppressions
WHEN (OLD.tool_state_id IS NOT NULL OR NEW.tool_state_id IS NOT NULL) AND NEW.acknowledged_at IS NOT NULL
BEGIN
  UPDATE tool_states SET unverified_since = (SELECT min(p.acknowledged_at) FROM suppressions p
    WHERE p.tool_state_id = tool_states.id AND p.verified_at IS NULL AND p.overtaken_at IS NULL)
    WHERE id IN (OLD.tool_state_id, NEW.tool_state_id);
END;
CREATE TRIGGER suppressions_unverified_out AFTER DELETE ON suppressions
WHEN OLD.tool_state_id IS NOT NULL AND OLD.acknowledged_at IS NOT NULL AND OLD.verified_at IS NULL
BEGIN
  UPDATE tool_states SET unverified_since = (SELECT min(p.acknowledged_at) FROM suppressions p
    WHERE p.tool_state_id = tool_states.id AND p.verified_at IS NULL AND p.overtaken_at IS NULL)
    WHERE id = OLD.tool_state_id;
END;

-- How often a tool was found to hold what it should, and how often not, since the store was made.
CREATE TABLE verify_tallies (
  tool     TEXT PRIMARY KEY,
  verified INTEGER NOT NULL DEFAULT 0,
  drifted  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
