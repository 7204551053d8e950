-- How a delivery came: what may be said of it depends on that.
ALTER TABLE deliveries ADD COLUMN source TEXT NOT NULL DEFAULT 'webhook'
  CHECK (source IN ('webhook', 'lookup', 'backfill', 'backfill_open', 'backfill_all'));

-- A profile is a person, who may have several billing customers or none: what it has once, it has itself.
ALTER TABLE profiles ADD COLUMN mode TEXT NOT NULL DEFAULT 'test' CHECK (mode IN ('live', 'test'));
UPDATE profiles SET mode = coalesce((SELECT mode FROM customers WHERE profile_id = profiles.id), mode);
-- Absorbed by another: it keeps its decision log, and nothing else will ever happen to it.
ALTER TABLE profiles ADD COLUMN merged_into INTEGER REFERENCES profiles (id);
CREATE INDEX profiles_merged ON profiles (merged_into) WHERE merged_into IS NOT NULL;

-- By what a person is known, `user:<id>` or `email:<address>`; nobody else in the same mode is known by it.
CREATE TABLE profile_aliases (
  alias      TEXT NOT NULL,
  mode       TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  profile_id INTEGER NOT NULL REFERENCES profiles (id),
  PRIMARY KEY (alias, mode)
) STRICT, WITHOUT ROWID;
CREATE INDEX profile_aliases_profile ON profile_aliases (profile_id, alias);
-- Where several profiles name one user the oldest is the person; the others are joined to it by their next decision.
INSERT INTO profile_aliases (alias, mode, profile_id)
  SELECT 'user:' || user_id, mode, min(id) FROM profiles WHERE user_id IS NOT NULL GROUP BY user_id, mode;

-- Who is told about an account besides the person that it belongs to.
CREATE TABLE account_contacts (
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  profile_id  INTEGER NOT NULL REFERENCES profiles (id),
  PRIMARY KEY (customer_id, profile_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_contacts_profile ON account_contacts (profile_id, customer_id);

-- What was said belongs to the account that it was said of, and goes with it from person to person.
CREATE TABLE new_committed_events (
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  message_id  TEXT NOT NULL,
  event       TEXT NOT NULL,
  silent      INTEGER NOT NULL CHECK (silent IN (0, 1)),
  refuted     INTEGER NOT NULL DEFAULT 0 CHECK (refuted IN (0, 1)),
  -- Its call broke the plan and was replayed: due again.
  unsaid      INTEGER NOT NULL DEFAULT 0 CHECK (unsaid IN (0, 1)),
  -- Number of the commit of whoever said it.
  version     INTEGER NOT NULL,
  PRIMARY KEY (customer_id, message_id)
) STRICT, WITHOUT ROWID;
INSERT INTO new_committed_events (customer_id, message_id, event, silent, refuted, unsaid, version)
  SELECT c.id, e.message_id, e.event, e.silent, e.refuted, e.unsaid, e.version
  FROM committed_events e JOIN customers c ON c.profile_id = e.profile_id;
DROP TABLE committed_events;
ALTER TABLE new_committed_events RENAME TO committed_events;

-- What was told of the account, by account: there was one.
UPDATE profiles SET commitments = json_remove(json_set(commitments,
    '$.absorbed', json('[]'),
    '$.accounts', json(iif(commitments ->> '$.accountTraits' IS NULL, '{}',
      json_object((SELECT customer FROM customers WHERE profile_id = profiles.id), json(commitments -> '$.accountTraits'))))),
    '$.accountTraits')
  WHERE commitments IS NOT NULL;
UPDATE profiles SET commitments = json_remove(json_set(commitments,
    '$.segment.accounts', json(iif(commitments ->> '$.segment.accountTraits' IS NULL, '{}',
      json_object((SELECT customer FROM customers WHERE profile_id = profiles.id), json(commitments -> '$.segment.accountTraits'))))),
    '$.segment.accountTraits')
  WHERE commitments ->> '$.segment' IS NOT NULL;

-- An absorbed profile is no person of its own.
DROP TRIGGER profiles_tally_out;
CREATE TRIGGER profiles_tally_out AFTER DELETE ON profiles WHEN OLD.merged_into IS NULL
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'profiles';
END;
CREATE TRIGGER profiles_tally_merged AFTER UPDATE OF merged_into ON profiles
WHEN OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'profiles';
END;
