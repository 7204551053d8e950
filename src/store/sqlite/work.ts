import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Claim, Commit, Park, Part } from '../../pipeline/ports.ts';
import { makeBrakes } from './brakes/brakes.ts';
import { makeModes } from './brakes/modes.ts';
import { makeClaims, type ReadClaim } from './claims.ts';
import { makeCommits } from './commit.ts';
import type { Customers } from './customers.ts';
import type { DeadLetterWriter } from './dead-letter-rows.ts';
import { prepare } from './statement.ts';
import type { Transactions } from './transaction.ts';
import { makeWaiting } from './waiting.ts';

type Decide = (claim: Claim) => Commit | Part | Park;

interface Decided {
  readonly read: ReadClaim;
  readonly decision: Commit | Part | Park;
}

const LAST_ERASURE = 'SELECT max(seq) AS seq FROM erasures';

/**
 * One round of the loop: reads due profiles and decides each over one snapshot, without holding back the door, then
 * writes all decisions in one transaction. What comes in between is not in the snapshot, stays unread, and keeps its
 * profile due.
 */
export const makeWork = (
  db: DatabaseSync,
  transactions: Transactions,
  customers: Customers,
  deadLetters: DeadLetterWriter,
): ((now: Instant, limit: number, decide: Decide) => number) => {
  const brakes = makeBrakes(db, customers);
  const claims = makeClaims(db, { brakes, modes: makeModes(db) });
  const commits = makeCommits(db, customers, deadLetters);
  const waiting = makeWaiting(db);
  const lastErasure = prepare<{ seq: number | null }>(db, LAST_ERASURE);

  const decideDue = (now: Instant, limit: number, decide: Decide): readonly Decided[] =>
    claims.due(now, limit).map((due) => {
      const read = claims.read(due);
      return { read, decision: decide(read.claim) };
    });

  // What is one entry too many is decided again, held back: that is work done, too, and the profile is still due.
  const isAdmitted = ({ decision }: Decided, now: Instant): boolean =>
    decision.outcome !== 'decided' || brakes.admit(decision.brake, now);

  const commitOne = (each: Decided, now: Instant): boolean => {
    if (!isAdmitted(each, now)) return true;
    const isSaved = commits.save(each.read, each.decision);
    if (isSaved && each.decision.outcome === 'decided') brakes.save(each.decision.profileId, each.decision.brake, now);
    return isSaved;
  };

  const commitAll = (decided: readonly Decided[], now: Instant): number => {
    waiting.report(now);
    return decided.filter((each) => commitOne(each, now)).length;
  };

  return (now, limit, decide) => {
    const [erasure, decided] = transactions.read(
      () => [lastErasure.get()?.seq, decideDue(now, limit, decide)] as const,
    );
    const reportAt = waiting.nextReportAt();
    if (decided.length === 0 && (reportAt === null || reportAt > now)) return 0;
    return transactions.write(() => {
      // Row ids are given again: what was decided of somebody who is erased by now could be written to somebody new.
      const isOutdated = lastErasure.get()?.seq !== erasure;
      return commitAll(isOutdated ? [] : decided, now);
    });
  };
};
