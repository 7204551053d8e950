-- Instants are UTC milliseconds. Retention sweeps go by the instant that each table names;
-- a table without one lives as long as what it belongs to.

-- Facts about the store itself: the namespace that it was made with, since when decisions are kept.
CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Written and deleted again by the readiness probe: a webhook can be stored if this can.
CREATE TABLE probes (
  id     INTEGER PRIMARY KEY,
  filler BLOB NOT NULL
) STRICT;

-- The rules by which decisions were made, so that an old one can be read with the rules of then.
CREATE TABLE rulesets (
  hash          TEXT NOT NULL PRIMARY KEY,
  json          TEXT NOT NULL,
  first_used_at INTEGER NOT NULL
) STRICT;

-- One person or billing account: what was last decided, and when to decide again.
CREATE TABLE profiles (
  id           INTEGER PRIMARY KEY,
  -- Effective: never before parked_until. Null: nothing will change by time alone.
  due_at       INTEGER,
  -- Raised by every wake, so that one that comes while a decision is made is seen by its commit.
  wakes        INTEGER NOT NULL DEFAULT 0,
  parked_until INTEGER,
  -- Consecutive failed decisions.
  failures     INTEGER NOT NULL DEFAULT 0,
  -- Number of the last commit; 0 before the first.
  version      INTEGER NOT NULL DEFAULT 0,
  decided_at   INTEGER,
  ruleset      TEXT,
  in_dunning   INTEGER NOT NULL DEFAULT 0 CHECK (in_dunning IN (0, 1)),
  -- Where the last call went: what a recorder took is final.
  channel      TEXT CHECK (channel IN ('segment', 'recorder')),
  user_id      TEXT,
  anonymous_id TEXT,
  -- JSON: what was already said, but for the committed events.
  commitments  TEXT,
  -- JSON: the present state.
  view         TEXT
) STRICT;
CREATE INDEX profiles_due ON profiles (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX profiles_user ON profiles (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX profiles_anonymous ON profiles (anonymous_id) WHERE anonymous_id IS NOT NULL;
CREATE INDEX profiles_in_dunning ON profiles (channel) WHERE in_dunning = 1;
CREATE INDEX profiles_failing ON profiles (parked_until) WHERE failures > 0;

-- A billing customer at a provider. One per profile for now; a link may join several later.
CREATE TABLE customers (
  id         INTEGER PRIMARY KEY,
  profile_id INTEGER NOT NULL REFERENCES profiles (id),
  provider   TEXT NOT NULL,
  merchant   TEXT NOT NULL,
  mode       TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  customer   TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (customer, provider, merchant, mode)
) STRICT;
CREATE INDEX customers_profile ON customers (profile_id);

-- Every webhook that was accepted, and its end. Retention by received_at, longer than the bodies':
-- the keys keep a late duplicate from counting twice.
CREATE TABLE deliveries (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  provider    TEXT NOT NULL,
  merchant    TEXT NOT NULL,
  mode        TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  event_id    TEXT NOT NULL,
  event_type  TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- Null while nobody knows whose it is, and for one that is ignored and names nobody known.
  customer_id INTEGER REFERENCES customers (id),
  ending      TEXT NOT NULL CHECK (ending IN ('unread', 'understood', 'ignored', 'dead_letter')),
  detail      TEXT,
  read_at     INTEGER,
  UNIQUE (event_id, provider, merchant, mode)
) STRICT;
CREATE INDEX deliveries_customer ON deliveries (customer_id, seq) WHERE customer_id IS NOT NULL;
CREATE INDEX deliveries_unread ON deliveries (customer_id, seq, received_at)
  WHERE ending = 'unread' AND customer_id IS NOT NULL;
CREATE INDEX deliveries_unresolved ON deliveries (received_at)
  WHERE ending = 'unread' AND customer_id IS NULL;

-- Apart from the deliveries, so that marking one as read rewrites a small row. Retention with its delivery or sooner.
CREATE TABLE delivery_bodies (
  delivery_seq INTEGER PRIMARY KEY REFERENCES deliveries (seq) ON DELETE CASCADE,
  raw_body     TEXT NOT NULL
) STRICT;

-- Deliveries that name no customer, under each object id that may tell one day.
CREATE TABLE waiting (
  object_id    TEXT NOT NULL,
  provider     TEXT NOT NULL,
  merchant     TEXT NOT NULL,
  mode         TEXT NOT NULL,
  delivery_seq INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
  PRIMARY KEY (object_id, provider, merchant, mode, delivery_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_delivery ON waiting (delivery_seq);

-- Whose an object is. The first writer wins.
CREATE TABLE object_references (
  object_id   TEXT NOT NULL,
  provider    TEXT NOT NULL,
  merchant    TEXT NOT NULL,
  mode        TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (object_id, provider, merchant, mode)
) STRICT, WITHOUT ROWID;

-- Clustered, so that the facts of one customer are one range.
CREATE TABLE facts (
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  id          TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- JSON: the whole fact.
  fact        TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;

-- Message ids once said, never to be said again; silent ones were never sent.
CREATE TABLE committed_events (
  profile_id INTEGER NOT NULL REFERENCES profiles (id),
  message_id TEXT NOT NULL,
  event      TEXT NOT NULL,
  silent     INTEGER NOT NULL CHECK (silent IN (0, 1)),
  refuted    INTEGER NOT NULL DEFAULT 0 CHECK (refuted IN (0, 1)),
  -- Its call broke the plan and was replayed: due again.
  unsaid     INTEGER NOT NULL DEFAULT 0 CHECK (unsaid IN (0, 1)),
  version    INTEGER NOT NULL,
  PRIMARY KEY (profile_id, message_id)
) STRICT, WITHOUT ROWID;

-- Calls to Segment in commit order. Retention by done_at.
CREATE TABLE outbox (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  profile_id   INTEGER NOT NULL REFERENCES profiles (id),
  message_id   TEXT NOT NULL UNIQUE,
  channel      TEXT NOT NULL CHECK (channel IN ('segment', 'recorder')),
  status       TEXT NOT NULL CHECK (status IN ('queued', 'delivered', 'recorded', 'dead')),
  committed_at INTEGER NOT NULL,
  done_at      INTEGER,
  -- JSON: the call exactly as it leaves.
  call         TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_queued ON outbox (channel, seq) WHERE status = 'queued';
CREATE INDEX outbox_profile ON outbox (profile_id, seq);

-- The decision log: what was decided and why. Append only; retention by at, which first moves
-- meta's decisions_kept_from.
CREATE TABLE decisions (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  profile_id INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  ruleset    TEXT NOT NULL,
  -- JSON: one string per line.
  lines      TEXT NOT NULL,
  UNIQUE (profile_id, version)
) STRICT;
CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
BEGIN
  SELECT RAISE(ABORT, 'the decision log is append only');
END;
CREATE TRIGGER decisions_go_by_retention_only BEFORE DELETE ON decisions
WHEN OLD.at >= coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'decisions_kept_from'), 0)
BEGIN
  SELECT RAISE(ABORT, 'the decision log is kept until its retention ends');
END;

-- What could not be understood, decided or delivered. Open until replayed_at; retention by it.
CREATE TABLE dead_letters (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL CHECK (kind IN ('delivery', 'decision', 'call')),
  subject      TEXT NOT NULL,
  code         TEXT NOT NULL,
  message      TEXT NOT NULL,
  payload      TEXT NOT NULL,
  amount_minor INTEGER,
  currency     TEXT,
  profile_id   INTEGER REFERENCES profiles (id),
  delivery_seq INTEGER REFERENCES deliveries (seq) ON DELETE CASCADE,
  outbox_seq   INTEGER REFERENCES outbox (seq) ON DELETE CASCADE,
  created_at   INTEGER NOT NULL,
  replayed_at  INTEGER
) STRICT;
CREATE INDEX dead_letters_open ON dead_letters (seq) WHERE replayed_at IS NULL;
CREATE INDEX dead_letters_delivery ON dead_letters (delivery_seq) WHERE delivery_seq IS NOT NULL;
CREATE INDEX dead_letters_outbox ON dead_letters (outbox_seq) WHERE outbox_seq IS NOT NULL;
-- A profile whose decision fails again and again has one dead letter, not one per try.
CREATE UNIQUE INDEX dead_letters_decision ON dead_letters (profile_id)
  WHERE kind = 'decision' AND replayed_at IS NULL;

-- How many rows there are of each kind, kept by triggers: counting millions at every scrape of /metrics would hold up
-- the door.
CREATE TABLE tallies (
  name TEXT NOT NULL PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tallies (name, n) VALUES
  ('profiles', 0),
  ('deliveries unread', 0), ('deliveries unresolved', 0), ('deliveries understood', 0),
  ('deliveries ignored', 0), ('deliveries dead_letter', 0),
  ('outbox queued', 0), ('outbox delivered', 0), ('outbox recorded', 0), ('outbox dead', 0);

CREATE TRIGGER profiles_tally_in AFTER INSERT ON profiles
BEGIN
  UPDATE tallies SET n = n + 1 WHERE name = 'profiles';
END;
CREATE TRIGGER profiles_tally_out AFTER DELETE ON profiles
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'profiles';
END;

CREATE TRIGGER deliveries_tally_in AFTER INSERT ON deliveries
BEGIN
  UPDATE tallies SET n = n + 1 WHERE name = 'deliveries ' ||
    iif(NEW.ending = 'unread' AND NEW.customer_id IS NULL, 'unresolved', NEW.ending);
END;
CREATE TRIGGER deliveries_tally_move AFTER UPDATE OF ending, customer_id ON deliveries
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'deliveries ' ||
    iif(OLD.ending = 'unread' AND OLD.customer_id IS NULL, 'unresolved', OLD.ending);
  UPDATE tallies SET n = n + 1 WHERE name = 'deliveries ' ||
    iif(NEW.ending = 'unread' AND NEW.customer_id IS NULL, 'unresolved', NEW.ending);
END;
CREATE TRIGGER deliveries_tally_out AFTER DELETE ON deliveries
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'deliveries ' ||
    iif(OLD.ending = 'unread' AND OLD.customer_id IS NULL, 'unresolved', OLD.ending);
END;

CREATE TRIGGER outbox_tally_in AFTER INSERT ON outbox
BEGIN
  UPDATE tallies SET n = n + 1 WHERE name = 'outbox ' || NEW.status;
END;
CREATE TRIGGER outbox_tally_move AFTER UPDATE OF status ON outbox
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'outbox ' || OLD.status;
  UPDATE tallies SET n = n + 1 WHERE name = 'outbox ' || NEW.status;
END;
CREATE TRIGGER outbox_tally_out AFTER DELETE ON outbox
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'outbox ' || OLD.status;
END;
