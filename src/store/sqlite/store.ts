import type { DatabaseSync } from 'node:sqlite';
import { earliest, type Instant } from '../../domain/instant.ts';
import type { Store } from '../../pipeline/ports.ts';
import { makeAcceptOne } from './accept.ts';
import { makeBackfills } from './api/backfill.ts';
import { makeSettleLookUp } from './api/look-up-ends.ts';
import { makeLookUps } from './api/look-ups.ts';
import { makeMissedSearches } from './api/missed-searches.ts';
import { makeBrakes } from './brakes/brakes.ts';
import { makeHeldPeople } from './brakes/held-people.ts';
import { makeModes } from './brakes/modes.ts';
import { makeObserved } from './brakes/observed.ts';
import { makeCounts } from './counts.ts';
import { makeCustomers } from './customers.ts';
import { makeDeadLetterWriter } from './dead-letter-rows.ts';
import { makeDeadLetters } from './dead-letters.ts';
import { makeReadGuarded } from './guard/guard-reads.ts';
import { makeFindPeople } from './interventions/find-people.ts';
import { makeClaimNamespace } from './namespace.ts';
import { makeOutbox } from './outbox.ts';
import { makeProfileHistory } from './people/profile-history.ts';
import { makeFindProfiles } from './people/profile-records.ts';
import { makeErase } from './privacy/erase.ts';
import { overwriting } from './privacy/overwriting.ts';
import { makeSweep } from './privacy/sweep.ts';
import { makeProbe } from './probe.ts';
import { prepare } from './statement.ts';
import { readStoreId } from './store-id.ts';
import { makeSaveToolPause, makeSuppressionReads } from './suppressions/suppression-reads.ts';
import { makeSurvey } from './survey.ts';
import { makeToolCalls } from './tools/tool-calls.ts';
import { makeToolCounts } from './tools/tool-counts.ts';
import { makeToolRows } from './tools/tool-rows.ts';
import { makeToolSettlements } from './tools/tool-settlements.ts';
import { makeTransactions } from './transaction.ts';
import { makeVerifyStore } from './verify/verify-store.ts';
import { makeWaiting } from './waiting.ts';
import { makeWakeUps } from './wake-ups.ts';
import { makeWork } from './work.ts';

const NEXT_DUE = 'SELECT min(due_at) AS dueAt FROM profiles WHERE due_at IS NOT NULL';
const SAVE_RULESET = 'INSERT INTO rulesets (hash, json, first_used_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';

/**
 * The store over one open and migrated connection. Every function runs synchronously and answers by a promise, since
 * other stores cannot: nothing can slip in between its BEGIN and its COMMIT.
 * @param release called after the connection is closed.
 */
export const makeSqliteStore = (db: DatabaseSync, release: () => void): Store => {
  const transactions = makeTransactions(db);
  const { read, write } = transactions;
  const customers = makeCustomers(db);
  const deadLetterWriter = makeDeadLetterWriter(db);
  const acceptOne = makeAcceptOne(db, customers, deadLetterWriter);
  const work = makeWork(db, transactions, customers, deadLetterWriter);
  const waiting = makeWaiting(db);
  const lookUps = makeLookUps(db);
  const settleLookUp = makeSettleLookUp(db, acceptOne, deadLetterWriter);
  const searches = makeMissedSearches(db, acceptOne);
  const outbox = makeOutbox(db, deadLetterWriter);
  const deadLetters = makeDeadLetters(db, customers);
  const wakeUps = makeWakeUps(db, customers);
  const claimNamespace = makeClaimNamespace(db);
  const readGuarded = makeReadGuarded(db);
  const findPeople = makeFindPeople(db);
  const findProfiles = makeFindProfiles(db);
  const profileHistory = makeProfileHistory(db);
  const brakes = makeBrakes(db, customers);
  const heldPeople = makeHeldPeople(db);
  const modes = makeModes(db);
  const observed = makeObserved(db);
  const counts = makeCounts(db, brakes);
  const toolCalls = makeToolCalls(db);
  const toolRows = makeToolRows(db);
  const settleTool = makeToolSettlements(db, deadLetterWriter);
  const toolCounts = makeToolCounts(db);
  const probe = makeProbe(db);
  const survey = makeSurvey(db);
  const suppressions = makeSuppressionReads(db);
  const saveToolPause = makeSaveToolPause(db);
  const erase = makeErase(db, transactions);
  const sweep = makeSweep(db);
  const backfills = makeBackfills(db, acceptOne);
  const nextDue = prepare<{ dueAt: Instant | null }>(db, NEXT_DUE);
  const saveRuleset = prepare(db, SAVE_RULESET);

  return {
    storeId: async () => readStoreId(db),
    claimNamespace: async (namespace) => write(() => claimNamespace(namespace)),
    accept: async (deliveries) => write(() => deliveries.map(acceptOne)),
    work: async (now, limit, decide) => work(now, limit, decide),
    nextDueAt: async () => earliest(nextDue.get()?.dueAt ?? null, waiting.nextReportAt()),
    nextCalls: async (limits) => outbox.next(limits),
    settle: async (outcomes, now) =>
      write(() => {
        for (const { seq, outcome } of outcomes) outbox.settle(seq, outcome, now);
      }),
    wakeForEnforce: async (now) => write(() => wakeUps.forEnforce(now)),
    wakeForRuleset: async (hash, now, limit) => write(() => wakeUps.forRuleset(hash, now, limit)),
    saveRuleset: async (hash, json, now) =>
      write(() => {
        saveRuleset.run(hash, json, now);
        wakeUps.startRuleset(hash);
      }),
    deadLetters: async (options) => deadLetters.list(options),
    replayDeadLetters: async (seqs, now, readmit) => write(() => deadLetters.replay(seqs, now, readmit)),
    findProfiles: async (id) => read(() => findProfiles(id)),
    findPeople: async (id) => read(() => findPeople(id)),
    readGuarded: async (question) => read(() => readGuarded(question)),
    profileHistory: async (profileId, at) => read(() => profileHistory(profileId, at)),
    nextToolRows: async (options) => read(() => toolRows.next(options)),
    settleTools: async (settlements, retryAt, now) =>
      write(() => {
        for (const settlement of settlements) settleTool(settlement, retryAt, now);
        toolCalls.end(settlements);
      }),
    saveToolCall: async (...call) => write(() => toolCalls.save(...call)),
    loadToolCall: async (tool, channel) => toolCalls.load(tool, channel),
    nextToolRetryAt: async (tool, channel) => toolRows.nextRetryAt(tool, channel),
    wakeForTool: async (tool, now) => write(() => wakeUps.forTool(tool, now)),
    toolCounts: async () => read(toolCounts),
    ...makeVerifyStore(db, transactions),
    counts: async () => read(counts),
    suppressions: async (page) => suppressions.list(page),
    openLeaks: async (limit) => read(() => suppressions.leaks(limit)),
    suppressionCounts: async () => read(suppressions.counts),
    latencies: async (step, page) => suppressions.latencies(step, page),
    saveToolPause: async (...pause) => write(() => saveToolPause(...pause)),
    survey: async (limits) => read(() => survey(limits)),
    ...erase,
    sweep: async (...due) => overwriting(db, () => write(() => sweep(...due))),
    nextLookUps: async (scope, now, limit) => write(() => lookUps.due(scope, now, limit)),
    settleLookUp: async (...settlement) => write(() => settleLookUp(...settlement)),
    knownMerchants: async (scope, limit) => searches.merchants(scope, limit),
    searchProgress: async (search) => searches.load(search),
    saveSearch: async (search, progress, deliveries) => write(() => searches.save(search, progress, deliveries)),
    apiCounts: async () => searches.counts(),
    saveBackfill: async (step, now) => write(() => backfills.save(step, now)),
    backfillProgress: async (id) => backfills.progress(id),
    observed: async () => read(observed),
    brakeStatus: async () => read(brakes.status),
    heldPeople: async (limit) => read(() => heldPeople(limit)),
    releaseBrake: async (release, now) => write(() => brakes.release(release, now)),
    noteMode: async (mode, now) => write(() => modes.note(mode, now)),
    probe: async () => write(probe),
    close: async () => {
      // A stop that is asked for twice closes once.
      if (!db.isOpen) return;
      db.close();
      release();
    },
  };
};
