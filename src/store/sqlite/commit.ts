import type { DatabaseSync } from 'node:sqlite';
import type { AccountCommit, Commit, NewDeadLetter, Park, Part } from '../../pipeline/ports.ts';
import { makeLookUps } from './api/look-ups.ts';
import type { ReadClaim } from './claims.ts';
import type { Customers } from './customers.ts';
import { type DeadLetterWriter, NOTHING_HELD } from './dead-letter-rows.ts';
import { deliverySubject, toDeliveryDeadLetter } from './delivery-dead-letter.ts';
import { makeAliases } from './people/aliases.ts';
import { type Contacts, makeContacts } from './people/contacts.ts';
import { findAccount } from './people/find-account.ts';
import { makeJoins } from './people/joins.ts';
import { parseProfileIds } from './people/profile-ids.ts';
import { makeReturning } from './privacy/returning.ts';
import { makeReferences } from './references.ts';
import { prepare } from './statement.ts';
import { makeBeginSuppressions } from './suppressions/begin-suppressions.ts';
import { makeToolChanges } from './tools/tool-changes.ts';

const CURRENT = 'SELECT version, wakes FROM profiles WHERE id = ?';
const MARK_READ = `UPDATE deliveries SET ending = ?, detail = ?, read_at = ? WHERE seq = ? AND ending = 'unread'`;
const ADD_FACT = `INSERT INTO facts (customer_id, id, occurred_at, received_at, fact) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`;
const ADD_EVENT = `INSERT INTO committed_events (customer_id, message_id, event, silent, version) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET unsaid = 0, silent = excluded.silent, version = excluded.version WHERE unsaid = 1`;
const SET_REFUTED = 'UPDATE committed_events SET refuted = ? WHERE customer_id = ? AND message_id = ?';
// A message id already said is never said again, whoever asks.
const ADD_CALL = `INSERT INTO outbox (profile_id, message_id, channel, status, committed_at, call)
  VALUES (?, ?, ?, 'queued', ?, ?) ON CONFLICT (message_id) DO NOTHING`;
const ADD_DECISION = 'INSERT INTO decisions (profile_id, version, at, ruleset, lines) VALUES (?, ?, ?, ?, ?)';
const HAS_UNREAD = `SELECT 1 AS yes FROM customers c JOIN deliveries d ON d.customer_id = c.id AND d.ending = 'unread'
  WHERE c.profile_id = ? LIMIT 1`;
const SAVE_PROFILE = `UPDATE profiles SET version = ?, decided_at = ?, ruleset = ?, in_dunning = ?, channel = ?,
  user_id = ?, anonymous_id = ?, commitments = ?, view = ?, due_at = ?, parked_until = NULL, failures = 0 WHERE id = ?`;
const PARK = 'UPDATE profiles SET parked_until = ?1, due_at = ?1, failures = failures + 1 WHERE id = ?2';

/**
 * What became of a decision. `outdated`: another one was committed since the claim was read, and nothing is written.
 * `dropped`: it is about somebody who turns out to be another person (the two are joined, and due) or who is erased.
 */
export type Saved = 'written' | 'dropped' | 'outdated';

export interface Commits {
  readonly save: (read: ReadClaim, decision: Commit | Part | Park) => Saved;
}

/** Dead letters of the readings that ended in one, where the decision brought none of its own. */
const impliedDeadLetters = ({ claim }: ReadClaim, commit: Commit): readonly NewDeadLetter[] => {
  const isDead = new Map(commit.readings.filter(({ end }) => end === 'dead_letter').map((r) => [r.seq, r.detail]));
  if (isDead.size === 0) return [];
  const subjects = new Set(commit.deadLetters.map(({ subject }) => subject));
  return claim.accounts.flatMap(({ customer, deliveries }) =>
    deliveries.flatMap((delivery) => {
      const reason = isDead.get(delivery.seq);
      if (reason === undefined || subjects.has(deliverySubject(delivery))) return [];
      return [toDeliveryDeadLetter({ ...customer, ...delivery }, reason)];
    }),
  );
};

/** Writes what was read and said of one account: its facts, whose its objects are, the ids of its events, who is told. */
const makeAccountCommits = (
  db: DatabaseSync,
  contacts: Contacts,
): ((read: ReadClaim, commit: Commit, account: AccountCommit) => void) => {
  const addFact = prepare(db, ADD_FACT);
  const addEvent = prepare(db, ADD_EVENT);
  const setRefuted = prepare(db, SET_REFUTED);
  const references = makeReferences(db);
  const lookUps = makeLookUps(db);
  return (read, { profileId, version, at }, account) => {
    const row = findAccount(read, account.customer);
    const { customerId } = row;
    for (const fact of account.facts)
      addFact.run(customerId, fact.id, fact.occurredAt, fact.receivedAt, JSON.stringify(fact));
    references.save(account.customer, account.references, { id: customerId, profileId }, at);
    for (const { messageId, event, silent } of account.events)
      addEvent.run(customerId, messageId, event, silent ? 1 : 0, version);
    for (const messageId of account.refuted) setRefuted.run(1, customerId, messageId);
    for (const messageId of account.restored) setRefuted.run(0, customerId, messageId);
    contacts.save(row, account, profileId, at);
    lookUps.ask(customerId, account.customer, account.wanted, at);
  };
};

/**
 * Writes which events of a decision that was dropped are no news: whoever holds the accounts from now on may have been
 * decided under the new rules before, and could not tell them from news (semantics E5).
 */
const makeSaveSilent = (db: DatabaseSync): ((read: ReadClaim, commit: Commit) => void) => {
  const addEvent = prepare(db, ADD_EVENT);
  return (read, { version, accounts }) => {
    for (const { customer, events } of accounts) {
      const { customerId } = findAccount(read, customer);
      for (const { messageId, event, silent } of events)
        if (silent) addEvent.run(customerId, messageId, event, 1, version);
    }
  };
};

/** Writes what was read and what leaves: the ends of the deliveries, and the calls. */
const makeReadAndSaid = (db: DatabaseSync): ((commit: Commit) => void) => {
  const markRead = prepare(db, MARK_READ);
  const addCall = prepare(db, ADD_CALL);
  return ({ profileId, readings, outbox, at }) => {
    for (const { seq, end, detail } of readings) markRead.run(end, detail, at, seq);
    for (const { call, channel } of outbox) addCall.run(profileId, call.messageId, channel, at, JSON.stringify(call));
  };
};

/** Writes where the profile stands now, and when to decide it again. */
const makeStanding = (db: DatabaseSync): ((read: ReadClaim, commit: Commit, wakes: number) => void) => {
  const hasUnread = prepare(db, HAS_UNREAD);
  const saveProfile = prepare(db, SAVE_PROFILE);
  return (read, commit, wakes) => {
    const { profileId, version, at, ruleset, inDunning, commitments, view } = commit;
    const { userId, anonymousId } = parseProfileIds(view);
    const flags = [inDunning ? 1 : 0, commitments.channel, commitments.userId ?? userId, anonymousId] as const;
    // At once when something came in since the claim was read or was released just now; else when time alone may change
    // the view.
    const hasNews = wakes !== read.wakes || hasUnread.get(profileId) !== undefined;
    const dueAt = hasNews ? at : commit.dueAt;
    saveProfile.run(version, at, ruleset, ...flags, JSON.stringify(commitments), view, dueAt, profileId);
  };
};

const saveDeadLetters = (deadLetters: DeadLetterWriter, read: ReadClaim, commit: Commit): void => {
  if (read.claim.failures > 0) deadLetters.closeDecision(commit.profileId, commit.at);
  const letters = [...commit.deadLetters, ...impliedDeadLetters(read, commit)];
  if (letters.length === 0) return;
  const deliveries = read.claim.accounts.flatMap((account) => account.deliveries);
  const seqOf = new Map(deliveries.map((delivery) => [deliverySubject(delivery), delivery.seq]));
  for (const letter of letters) {
    const deliverySeq = letter.kind === 'delivery' ? (seqOf.get(letter.subject) ?? null) : null;
    deadLetters.add(letter, { ...NOTHING_HELD, profileId: commit.profileId, deliverySeq }, commit.at);
  }
};

/** Writes decisions. For use inside a write transaction. */
export const makeCommits = (db: DatabaseSync, customers: Customers, deadLetters: DeadLetterWriter): Commits => {
  const current = prepare<{ version: number; wakes: number }>(db, CURRENT);
  const addDecision = prepare(db, ADD_DECISION);
  const park = prepare(db, PARK);
  const aliases = makeAliases(db);
  const joins = makeJoins(db, aliases, deadLetters);
  const returning = makeReturning(db);
  const saveAccount = makeAccountCommits(db, makeContacts(db, aliases, customers));
  const saveSilent = makeSaveSilent(db);
  const saveReadAndSaid = makeReadAndSaid(db);
  const saveStanding = makeStanding(db);
  const toolChanges = makeToolChanges(db);
  const beginSuppressions = makeBeginSuppressions(db);

  const saveDecided = (read: ReadClaim, commit: Commit, wakes: number): void => {
    const { profileId, version, at, ruleset, accounts, log } = commit;
    for (const account of accounts) saveAccount(read, commit, account);
    saveReadAndSaid(commit);
    toolChanges.save(read, commit);
    beginSuppressions(commit);
    saveDeadLetters(deadLetters, read, commit);
    // A decision that said nothing leaves no line: most webhooks are about people who pay.
    if (log.length > 0) addDecision.run(profileId, version, at, ruleset, JSON.stringify(log));
    // Last: what was released to an account just now is unread.
    saveStanding(read, commit, wakes);
  };

  const savePark = ({ profileId, at, retryAt, deadLetter }: Park): void => {
    park.run(retryAt, profileId);
    deadLetters.add(deadLetter, { ...NOTHING_HELD, profileId }, at);
  };

  return {
    save: (read, decision) => {
      const now = current.get(decision.profileId);
      if (now === undefined || now.version !== read.claim.version) return 'outdated';
      if (decision.outcome === 'parked') savePark(decision);
      else if (returning.erase(read, decision)) return 'dropped';
      else if (decision.outcome === 'parted') joins.part(read, decision);
      else if (joins.settle(read, decision)) {
        saveSilent(read, decision);
        return 'dropped';
      } else saveDecided(read, decision, now.wakes);
      return 'written';
    },
  };
};
