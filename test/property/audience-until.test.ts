import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../../src/audience-kit/evaluate.ts';
import { instant } from '../../src/domain/instant.ts';
import { type Case, cases, END, toAudiences, toSubject } from './audience-cases.ts';
import { holdsAt } from './audience-naive.ts';

/**
 * Whatever the condition and the person, `evaluate` says what a naive reading of decision 0006 says, and `until` is the exact
 * first instant at which that differs. A case spans some hundred milliseconds, so every single one can be tried.
 */
const PROVING = process.env.PROVE !== undefined;
const PROVE_MS = 30 * 60_000;

/** The first millisecond after `now` at which the naive verdict differs: every one of them is tried. */
const firstChange = ({ node, person, others, now }: Case): number | null => {
  const holds = holdsAt(node, person, others, now);
  for (let at = now + 1; at <= END; at += 1) if (holdsAt(node, person, others, at) !== holds) return at;
  return null;
};

/** @returns whether a change is to come. */
const check = (one: Case): boolean => {
  const audiences = toAudiences(one.others);
  const subject = toSubject(one.person);
  const now = instant(one.now);
  const verdict = evaluate(one.node, subject, now, audiences);
  const until = firstChange(one);
  expect(verdict).toEqual({ holds: holdsAt(one.node, one.person, one.others, one.now), until });
  const plain: Case['node'] = JSON.parse(JSON.stringify(one.node));
  expect(evaluate(plain, subject, now, audiences)).toEqual(verdict);
  return until !== null;
};

it(
  'a verdict is what a naive reading says, and until is the exact instant at which it turns',
  () => {
    let changing = 0;
    const details = fc.check(
      fc.property(cases, (one) => {
        if (check(one)) changing += 1;
      }),
      { numRuns: PROVING ? 100_000 : 1_000, interruptAfterTimeLimit: PROVE_MS, markInterruptAsFailure: true },
    );
    if (PROVING) console.info(`${details.numRuns} runs, ${changing} with a change to come, seed ${details.seed}`);
    if (details.failed) throw new Error(fc.defaultReportMessage(details) ?? 'failed', { cause: details.errorInstance });
    // Were the cases dull, agreement would prove nothing.
    expect(changing).toBeGreaterThan(details.numRuns / 5);
  },
  PROVE_MS + 60_000,
);
