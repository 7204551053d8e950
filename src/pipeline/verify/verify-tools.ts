import type { ToolReader } from '../../destination-kit/tool-reader.ts';
import { earliest, type Instant, instant, plus, SECOND_MS } from '../../domain/instant.ts';
import { FIGHT_DRIFTS } from '../../domain/read-back.ts';
import type { DeliveryLog } from '../delivery-pauses.ts';
import type { Clock } from '../ports.ts';
import { makeRunner, type Runner } from '../runner.ts';
import { makeCallRoom } from '../tools/call-room.ts';
import { makeAsk } from './ask-tool.ts';
import { makeReadPauses } from './read-pauses.ts';
import { makeSamplePace } from './sample-pace.ts';
import type { HeldRow, Look, LookEnd, VerifyStore } from './verify-ports.ts';

interface ToolVerifierOptions {
  readonly store: Omit<VerifyStore, 'verifyCounts'>;
  readonly reader: ToolReader;
  /** Settled rows for which no look is due, read back all the same; 0: none. */
  readonly samplePerHour: number;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter of pauses. */
  readonly random: () => number;
  readonly log: DeliveryLog;
  /** Told after the store knows that rows are to be asserted again. */
  readonly onDrift?: () => void;
}

/** What one step did. */
export interface VerifyStep {
  /** Rows that were judged. */
  readonly looked: number;
  readonly nextAt: Instant | null;
}

export interface ToolVerifier extends Runner {
  /** One step: one question about the rows whose look is due, and what was seen. */
  readonly verifyDue: (now: Instant) => Promise<VerifyStep>;
}

/** Looks come minutes after a settlement: nothing is missed by asking the store this seldom, in ms. */
const IDLE_MS = 10 * SECOND_MS;

/**
 * Reads back what one live tool holds, and has the deliverer assert again what is not as it should be: success means queued
 * in most tools, and a "set" from before may be applied behind the "clear". It judges, and never writes to the tool; what is
 * sent is what is wanted when it is sent. Its calls are paced for themselves and hold up no delivery.
 */
export const makeToolVerifier = (options: ToolVerifierOptions): ToolVerifier => {
  const { store, reader, samplePerHour, clock, log, onDrift } = options;
  const { tool, limits } = reader;
  const pauses = makeReadPauses({ ...options, tool });
  const room = makeCallRoom({ objects: limits.ids, callsPerSecond: limits.questionsPerSecond });
  const sample = makeSamplePace(samplePerHour, limits.ids);
  const ask = makeAsk({ reader, clock, pauses, room });

  /** Those whose look is due, and with them as much of the sample as there is room for. */
  const nextRows = async (now: Instant): Promise<readonly HeldRow[]> => {
    const due = await store.nextToVerify(tool, now, room.size());
    const left = Math.min(sample.due(now), room.size() - due.length);
    if (left === 0) return due;
    sample.taken(now);
    return [...due, ...(await store.nextToSample(tool, left))];
  };

  const nextAt = async (now: Instant): Promise<Instant | null> => {
    const dueAt = earliest(await store.nextVerifyAt(tool), sample.nextAt(now));
    return dueAt === null ? null : latest(dueAt, now, pauses.until(now), room.until(now));
  };

  const settle = async (looks: readonly Look[]): Promise<void> => {
    const ends = await store.settleLooks(looks, clock.now());
    const drifts = looks.flatMap((look, index) => toDrift(look, ends[index]));
    if (drifts.length === 0) return;
    tellDrifts(log, tool, drifts);
    onDrift?.();
  };

  const step = async (now: Instant): Promise<VerifyStep> => {
    const at = await nextAt(now);
    if (at === null || at > now) return { looked: 0, nextAt: at };
    const rows = await nextRows(now);
    if (rows.length === 0) return { looked: 0, nextAt: notBefore(plus(now, SECOND_MS), await nextAt(now)) };
    const looks = await ask(rows);
    if (looks !== null) await settle(looks);
    return { looked: looks?.length ?? 0, nextAt: await nextAt(clock.now()) };
  };

  let last: Promise<unknown> = Promise.resolve();
  const verifyDue = (now: Instant): Promise<VerifyStep> => {
    const next = last.then(() => step(now));
    last = next.catch(() => undefined);
    return next;
  };
  const onError = (error: unknown): void =>
    log.error({ error, tool }, 'A step of reading a tool back failed; it is tried again');
  return { ...makeRunner({ step: verifyDue, clock, onError, idleMs: IDLE_MS }), verifyDue };
};

interface Drift {
  readonly names: readonly string[];
  /** In a row. */
  readonly times: number;
}

const toDrift = ({ verdict }: Look, end: LookEnd | undefined): readonly Drift[] =>
  verdict.seen === 'drift' && end?.end === 'drifted' ? [{ names: verdict.names, times: end.drifts }] : [];

/** Names of attributes alone: neither values nor people reach the log. */
const tellDrifts = (log: DeliveryLog, tool: string, drifts: readonly Drift[]): void => {
  const fought = drifts.filter(({ times }) => times >= FIGHT_DRIFTS);
  log.warn({ tool, rows: drifts.length, attributes: namesOf(drifts) }, DRIFTED);
  if (fought.length > 0) log.error({ tool, rows: fought.length, attributes: namesOf(fought) }, FOUGHT);
};

/** As text: the log takes no lists, which could hold anything. */
const namesOf = (drifts: readonly Drift[]): string =>
  [...new Set(drifts.flatMap(({ names }) => names))].sort().join(' ');

const DRIFTED = 'The tool did not hold what it had acknowledged; it is asserted again';
const FOUGHT =
  'Something else keeps changing these attributes in the tool: find the import, sync or flow that writes them. They are ' +
  'asserted again at growing distance';

/** Whoever is not read though their time has come waits for a decision. */
const notBefore = (at: Instant, next: Instant | null): Instant | null => (next === null ? null : latest(at, next));

const latest = (...candidates: readonly (Instant | null)[]): Instant =>
  instant(Math.max(...candidates.map((at) => at ?? 0)));
