-- What a tool holds is read back: when next, and when it was last found as it should be.
ALTER TABLE tool_states ADD COLUMN verify_at INTEGER;
ALTER TABLE tool_states ADD COLUMN verified_at INTEGER;
CREATE INDEX tool_states_verify ON tool_states (tool, channel, verify_at) WHERE verify_at IS NOT NULL;
