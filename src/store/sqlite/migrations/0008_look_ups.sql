-- What is to be fetched from a provider's API: what a thin event is about, what the facts miss, whose a delivery is.
-- A row stays once it has ended, so that the same thing is not asked for again soon. Retention of those by ended_at.
CREATE TABLE look_ups (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  provider     TEXT NOT NULL,
  merchant     TEXT NOT NULL,
  mode         TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  kind         TEXT NOT NULL CHECK (kind IN ('customer', 'decline', 'price', 'payment_method', 'event', 'owner')),
  object_id    TEXT NOT NULL,
  -- Whose facts miss it; null for a delivery's.
  customer_id  INTEGER REFERENCES customers (id) ON DELETE CASCADE,
  -- What waits for it; null for a missing piece.
  delivery_seq INTEGER REFERENCES deliveries (seq) ON DELETE CASCADE,
  -- JSON: what the asker knew.
  detail       TEXT NOT NULL,
  -- Smaller first: somebody may wait for it within the settle window.
  rank         INTEGER NOT NULL,
  asked_at     INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  tries        INTEGER NOT NULL DEFAULT 0,
  -- Why the last try told nothing.
  reason       TEXT,
  -- Null while it is open.
  ending       TEXT CHECK (ending IN ('found', 'missing', 'given_up')),
  ended_at     INTEGER,
  UNIQUE (object_id, kind, provider, merchant, mode),
  CHECK ((customer_id IS NULL) <> (delivery_seq IS NULL)),
  CHECK ((ending IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX look_ups_due ON look_ups (provider, mode, rank, due_at) WHERE ending IS NULL;
CREATE INDEX look_ups_customer ON look_ups (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX look_ups_delivery ON look_ups (delivery_seq) WHERE delivery_seq IS NOT NULL;
CREATE INDEX look_ups_ended ON look_ups (ended_at) WHERE ended_at IS NOT NULL;

-- How far each part of a provider's list of events was searched for deliveries that never arrived.
CREATE TABLE missed_searches (
  provider TEXT NOT NULL,
  merchant TEXT NOT NULL,
  mode     TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  part     TEXT NOT NULL,
  -- JSON
  progress TEXT NOT NULL,
  PRIMARY KEY (provider, merchant, mode, part)
) STRICT, WITHOUT ROWID;

-- Which connected accounts there are, found without reading every customer.
CREATE INDEX customers_merchant ON customers (provider, mode, merchant);

INSERT INTO tallies (name, n) VALUES
  ('look_ups customer', 0), ('look_ups decline', 0), ('look_ups price', 0), ('look_ups payment_method', 0),
  ('look_ups event', 0), ('look_ups owner', 0), ('deliveries missed', 0);

CREATE TRIGGER look_ups_tally_in AFTER INSERT ON look_ups WHEN NEW.ending IS NULL
BEGIN
  UPDATE tallies SET n = n + 1 WHERE name = 'look_ups ' || NEW.kind;
END;
CREATE TRIGGER look_ups_tally_move AFTER UPDATE OF ending ON look_ups
BEGIN
  UPDATE tallies SET n = n + (NEW.ending IS NULL) - (OLD.ending IS NULL) WHERE name = 'look_ups ' || NEW.kind;
END;
CREATE TRIGGER look_ups_tally_out AFTER DELETE ON look_ups WHEN OLD.ending IS NULL
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'look_ups ' || OLD.kind;
END;
