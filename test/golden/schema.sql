CREATE TABLE account_contacts (
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  profile_id  INTEGER NOT NULL REFERENCES profiles (id),
  PRIMARY KEY (customer_id, profile_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_contacts_profile ON account_contacts (profile_id, customer_id);

CREATE TABLE backfill_progress (
  -- Provider, mode, connected account and how far back: what makes two runs one.
  backfill   TEXT    NOT NULL,
  part       TEXT    NOT NULL,
  -- JSON of whoever reads the API.
  cursor     TEXT    NOT NULL,
  objects    INTEGER NOT NULL CHECK (objects >= 0),
  done       INTEGER NOT NULL CHECK (done IN (0, 1)),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (backfill, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE brake_entries (
  minute INTEGER PRIMARY KEY,
  people INTEGER NOT NULL
) STRICT;

CREATE TABLE brake_held (
  profile_id  INTEGER PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
  cause       TEXT NOT NULL CHECK (cause IN ('share', 'person')),
  since       INTEGER NOT NULL,
  -- A person let this one go: it enters with its next decision, uncounted.
  released_at INTEGER
) STRICT;

CREATE INDEX brake_held_cause ON brake_held (cause) WHERE released_at IS NULL;

CREATE TABLE brake_stops (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  engaged_at  INTEGER NOT NULL,
  entered     INTEGER NOT NULL,
  known       INTEGER NOT NULL,
  released_at INTEGER,
  actor       TEXT,
  reason      TEXT
) STRICT;

CREATE UNIQUE INDEX brake_stops_engaged ON brake_stops (released_at IS NULL) WHERE released_at IS NULL;

CREATE TABLE "committed_events" (
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

CREATE INDEX customers_merchant ON customers (provider, mode, merchant);

CREATE INDEX customers_profile ON customers (profile_id);

CREATE TABLE "dead_letters" (
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

CREATE UNIQUE INDEX dead_letters_decision ON dead_letters (profile_id)
  WHERE kind = 'decision' AND replayed_at IS NULL;

CREATE INDEX dead_letters_delivery ON dead_letters (delivery_seq) WHERE delivery_seq IS NOT NULL;

CREATE INDEX dead_letters_open ON dead_letters (seq) WHERE replayed_at IS NULL;

CREATE INDEX dead_letters_outbox ON dead_letters (outbox_seq) WHERE outbox_seq IS NOT NULL;

CREATE INDEX dead_letters_tool ON dead_letters (tool_state_id) WHERE tool_state_id IS NOT NULL;

CREATE TRIGGER decisions_go_by_retention_only BEFORE DELETE ON decisions
WHEN OLD.at >= coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'decisions_kept_from'), 0)
  AND NOT EXISTS (SELECT 1 FROM erasing WHERE profile_id = OLD.profile_id)
BEGIN
  SELECT RAISE(ABORT, 'the decision log is kept until its retention ends');
END;

CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
BEGIN
  SELECT RAISE(ABORT, 'the decision log is append only');
END;

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
  read_at     INTEGER, source TEXT NOT NULL DEFAULT 'webhook'
  CHECK (source IN ('webhook', 'lookup', 'backfill', 'backfill_open', 'backfill_all')),
  UNIQUE (event_id, provider, merchant, mode)
) STRICT;

CREATE INDEX deliveries_customer ON deliveries (customer_id, seq) WHERE customer_id IS NOT NULL;

CREATE INDEX deliveries_unread ON deliveries (customer_id, seq, received_at)
  WHERE ending = 'unread' AND customer_id IS NOT NULL;

CREATE INDEX deliveries_unresolved ON deliveries (received_at)
  WHERE ending = 'unread' AND customer_id IS NULL;

CREATE TABLE delivery_bodies (
  delivery_seq INTEGER PRIMARY KEY REFERENCES deliveries (seq) ON DELETE CASCADE,
  raw_body     TEXT NOT NULL
) STRICT;

CREATE TRIGGER erasing_ends_with_the_person BEFORE DELETE ON erasing
WHEN EXISTS (SELECT 1 FROM profiles WHERE id = OLD.profile_id)
BEGIN
  SELECT RAISE(ABORT, 'the decision log is erased only with its profile');
END;

CREATE TABLE erasing (
  profile_id INTEGER PRIMARY KEY,
  never      INTEGER NOT NULL DEFAULT 0 REFERENCES no_row (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TRIGGER erasures_stay BEFORE DELETE ON erasures
BEGIN
  SELECT RAISE(ABORT, 'that somebody was erased stays on record');
END;

CREATE TABLE erasures (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  -- JSON: how many rows of each table went.
  deleted TEXT NOT NULL,
  -- JSON: the names that are still searched for; null once nothing holds them.
  names   TEXT
) STRICT;

CREATE TABLE facts (
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  id          TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- JSON: the whole fact.
  fact        TEXT NOT NULL,
  PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX look_ups_customer ON look_ups (customer_id) WHERE customer_id IS NOT NULL;

CREATE INDEX look_ups_delivery ON look_ups (delivery_seq) WHERE delivery_seq IS NOT NULL;

CREATE INDEX look_ups_due ON look_ups (provider, mode, rank, due_at) WHERE ending IS NULL;

CREATE INDEX look_ups_ended ON look_ups (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE missed_searches (
  provider TEXT NOT NULL,
  merchant TEXT NOT NULL,
  mode     TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  part     TEXT NOT NULL,
  -- JSON
  progress TEXT NOT NULL,
  PRIMARY KEY (provider, merchant, mode, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE no_row (id INTEGER PRIMARY KEY CHECK (id IS NULL)) STRICT;

CREATE TABLE object_references (
  object_id   TEXT NOT NULL,
  provider    TEXT NOT NULL,
  merchant    TEXT NOT NULL,
  mode        TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (object_id, provider, merchant, mode)
) STRICT, WITHOUT ROWID;

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

CREATE INDEX outbox_profile ON outbox (profile_id, seq);

CREATE INDEX outbox_queued ON outbox (channel, seq) WHERE status = 'queued';

CREATE TABLE probes (
  id     INTEGER PRIMARY KEY,
  filler BLOB NOT NULL
) STRICT;

CREATE TABLE profile_aliases (
  alias      TEXT NOT NULL,
  mode       TEXT NOT NULL CHECK (mode IN ('live', 'test')),
  profile_id INTEGER NOT NULL REFERENCES profiles (id),
  PRIMARY KEY (alias, mode)
) STRICT, WITHOUT ROWID;

CREATE INDEX profile_aliases_profile ON profile_aliases (profile_id, alias);

CREATE TRIGGER profiles_tally_in AFTER INSERT ON profiles
BEGIN
  UPDATE tallies SET n = n + 1 WHERE name = 'profiles';
END;

CREATE TRIGGER profiles_tally_merged AFTER UPDATE OF merged_into ON profiles
WHEN OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'profiles';
END;

CREATE TRIGGER profiles_tally_out AFTER DELETE ON profiles WHEN OLD.merged_into IS NULL
BEGIN
  UPDATE tallies SET n = n - 1 WHERE name = 'profiles';
END;

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
, mode TEXT NOT NULL DEFAULT 'test' CHECK (mode IN ('live', 'test')), merged_into INTEGER REFERENCES profiles (id)) STRICT;

CREATE INDEX profiles_anonymous ON profiles (anonymous_id) WHERE anonymous_id IS NOT NULL;

CREATE INDEX profiles_due ON profiles (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX profiles_failing ON profiles (parked_until) WHERE failures > 0;

CREATE INDEX profiles_in_dunning ON profiles (channel) WHERE in_dunning = 1;

CREATE INDEX profiles_merged ON profiles (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX profiles_user ON profiles (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE rulesets (
  hash          TEXT NOT NULL PRIMARY KEY,
  json          TEXT NOT NULL,
  first_used_at INTEGER NOT NULL
) STRICT;

CREATE TABLE schema_migrations (
  version    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE suppression_bounds (le_ms INTEGER PRIMARY KEY) STRICT;

CREATE TABLE suppression_calls (
  outbox_seq      INTEGER NOT NULL REFERENCES outbox (seq) ON DELETE CASCADE,
  suppression_seq INTEGER NOT NULL REFERENCES suppressions (seq) ON DELETE CASCADE,
  -- 'state', or the key of the audience that is left.
  about           TEXT NOT NULL,
  PRIMARY KEY (outbox_seq, suppression_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX suppression_calls_of ON suppression_calls (suppression_seq);

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

CREATE INDEX suppressions_at ON suppressions (decided_at);

CREATE INDEX suppressions_open ON suppressions (tool, channel, received_at)
  WHERE acknowledged_at IS NULL AND overtaken_at IS NULL;

CREATE INDEX suppressions_profile ON suppressions (profile_id);

CREATE INDEX suppressions_row ON suppressions (tool_state_id) WHERE tool_state_id IS NOT NULL;

CREATE INDEX suppressions_unverified ON suppressions (tool_state_id) WHERE verified_at IS NULL AND overtaken_at IS NULL;

CREATE TABLE tallies (
  name TEXT NOT NULL PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
  hash      TEXT NOT NULL PRIMARY KEY,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_calls (
  tool        TEXT NOT NULL,
  channel     TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  -- JSON: its records, as a list of settlements of unknown outcome.
  settlements TEXT NOT NULL,
  PRIMARY KEY (tool, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE tool_deletions (
  tool       TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('user', 'anonymous')),
  id         TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  PRIMARY KEY (tool, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE "tool_edges" (
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

CREATE INDEX tool_edges_open ON tool_edges (tool_state_id, seq) WHERE status IN ('queued', 'unknown');

CREATE TABLE tool_pauses (
  tool    TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('live', 'recorder')),
  until   INTEGER NOT NULL,
  -- It refuses the relay: its key, its permissions, its address.
  stopped INTEGER NOT NULL CHECK (stopped IN (0, 1)),
  reason  TEXT NOT NULL,
  PRIMARY KEY (tool, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE "tool_sends" (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  tool_state_id INTEGER NOT NULL REFERENCES tool_states (id) ON DELETE CASCADE,
  at            INTEGER NOT NULL,
  result        TEXT NOT NULL CHECK (result IN ('delivered', 'recorded', 'absent', 'retry', 'rejected', 'unknown')),
  -- JSON
  attributes    TEXT NOT NULL,
  -- JSON: a list.
  events        TEXT NOT NULL,
  detail        TEXT
, waited_since INTEGER) STRICT;

CREATE INDEX tool_sends_at ON tool_sends (at);

CREATE INDEX tool_sends_row ON tool_sends (tool_state_id, seq);

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
  currency      TEXT, customer_id INTEGER REFERENCES customers (id), verify_at INTEGER, looked_at INTEGER, verify_version INTEGER, looks INTEGER NOT NULL DEFAULT 0, drifts INTEGER NOT NULL DEFAULT 0, unverified_since INTEGER,
  UNIQUE (profile_id, tool, channel, user_id),
  CHECK ((status = 'waiting') = (waiting_since IS NOT NULL AND retry_at IS NOT NULL))
) STRICT;

CREATE INDEX tool_states_customer ON tool_states (customer_id) WHERE customer_id IS NOT NULL;

CREATE INDEX tool_states_fought ON tool_states (tool, channel, drifts) WHERE drifts > 0;

CREATE INDEX tool_states_moved ON tool_states (user_id, tool, channel) WHERE customer_id IS NOT NULL;

CREATE INDEX tool_states_next ON tool_states (tool, channel, urgent DESC, waiting_since, id, retry_at)
  WHERE status = 'waiting';

CREATE INDEX tool_states_retry ON tool_states (tool, channel, retry_at) WHERE status = 'waiting';

CREATE INDEX tool_states_sample ON tool_states (tool, channel, looked_at, id)
  WHERE verify_at IS NULL AND status = 'settled' AND delivered IS NOT NULL;

CREATE INDEX tool_states_subject ON tool_states (user_id, tool, channel);

CREATE INDEX tool_states_unverified ON tool_states (tool, channel, unverified_since)
  WHERE unverified_since IS NOT NULL AND verify_at IS NOT NULL AND status = 'settled';

CREATE INDEX tool_states_verify ON tool_states (tool, channel, verify_at, id)
  WHERE verify_at IS NOT NULL AND status = 'settled';

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

CREATE TABLE verify_tallies (
  tool     TEXT PRIMARY KEY,
  verified INTEGER NOT NULL DEFAULT 0,
  drifted  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting (
  object_id    TEXT NOT NULL,
  provider     TEXT NOT NULL,
  merchant     TEXT NOT NULL,
  mode         TEXT NOT NULL,
  delivery_seq INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
  PRIMARY KEY (object_id, provider, merchant, mode, delivery_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX waiting_delivery ON waiting (delivery_seq);
