import { setTimeout as delay } from 'node:timers/promises';
import { type Instant, instant, toIso } from '../../domain/instant.ts';
import type { BillingApi } from '../../pipeline/api/api-ports.ts';
import { type BackfillEnd, runBackfill as readAll } from '../../pipeline/api/backfill.ts';
import type { Begun, Emit } from '../../pipeline/api/backfill-begin.ts';
import type { PageReport } from '../../pipeline/api/backfill-part.ts';
import type { Store } from '../../pipeline/ports.ts';
import type { Provider } from '../../providers/provider.ts';
import { SUBSCRIBE_EVENTS } from '../../providers/stripe/subscribe.ts';
import { COMMAND } from '../command-line.ts';
import type { CliDoors } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { onInterrupt } from '../interrupt.ts';
import type { Since } from '../parse-since.ts';
import { say, sayJson } from '../terminal.ts';
import { makeBackfillReporter } from './backfill-progress.ts';
import { type BackfillTally, sayBackfill, toBackfillJson } from './backfill-text.ts';

export interface BackfillCommand {
  readonly since: Since;
  readonly emit: Emit;
  readonly again?: boolean;
  readonly merchant?: string;
  readonly json?: boolean;
}

/** Those of BSD's sysexits, as the relay's own. */
const EXIT_CONFIGURATION = 78;
const EXIT_TRY_LATER = 75;

const NO_KEY =
  'STRIPE_API_KEY is not set, and a backfill reads Stripe with it. Make a restricted key that may read customers, checkout sessions, subscriptions, invoices, payment methods, charges, disputes, refunds and events, and set it: STRIPE_API_KEY=rk_live_…';

const now = (): Instant => instant(Date.now());

/** What is wrong with the settings or the store is for a person to mend. */
const orRefuse = async <T>(open: () => Promise<T>): Promise<T> => {
  try {
    return await open();
  } catch (error) {
    throw new CommandFailure(error instanceof Error ? error.message : String(error), EXIT_CONFIGURATION);
  }
};

const openApi = async (doors: CliDoors): Promise<BillingApi> => {
  const api = await orRefuse(doors.openBillingApi);
  if (api === null) throw new CommandFailure(NO_KEY, EXIT_CONFIGURATION);
  return api;
};

const providerOf = async (doors: CliDoors, name: string): Promise<Provider> => {
  const provider = (await doors.loadProviders()).find((each) => each.name === name);
  if (provider === undefined) throw new CommandFailure(`There is no adapter for ${name}.`);
  return provider;
};

/** Ends early when it is told to stop. */
const sleepUntil = async (at: Instant, signal: AbortSignal): Promise<void> => {
  await delay(Math.max(0, at - Date.now()), undefined, { signal }).catch(() => {});
};

const toExitCode = (end: BackfillEnd): number => {
  switch (end.result) {
    case 'done':
      return EXIT.done;
    case 'finished':
    case 'other_emit':
      return EXIT.failed;
    case 'later':
    case 'interrupted':
      return EXIT_TRY_LATER;
    case 'stopped':
      return EXIT_CONFIGURATION;
  }
};

const typedAgain = ({ since, emit, merchant }: BackfillCommand): string =>
  [`${COMMAND} backfill stripe --since ${since.text}`]
    .concat(emit === 'none' ? [] : `--emit ${emit}`, merchant === undefined ? [] : `--merchant ${merchant}`)
    .join(' ');

const opening = (mode: string, { merchant = '' }: BackfillCommand, { begun, resumed }: Beginning): string => {
  const of = merchant === '' ? '' : `, account ${merchant}`;
  return `${resumed ? 'Going on with' : 'Reading'} Stripe, ${mode} mode${of}, since ${toIso(begun.since)}.`;
};

interface Beginning {
  readonly begun: Begun;
  readonly resumed: boolean;
}

/** One entry for each part, since a year of pages would not fit in memory. */
const makeParts = () => {
  const parts = new Map<string, PageReport>();
  let read = 0;
  return {
    add: (report: PageReport): void => {
      const { name } = report.part;
      const before = parts.get(name) ?? { ...report, stored: 0, notUnderstood: 0 };
      const stored = before.stored + report.stored;
      parts.set(name, { ...report, stored, notUnderstood: before.notUnderstood + report.notUnderstood });
      read += report.objects;
    },
    tally: () => ({ parts: [...parts.values()], read }),
  };
};

interface Opened {
  readonly api: BillingApi;
  readonly store: Store;
  readonly provider: Provider;
}

type Ran = { readonly end: BackfillEnd; readonly tally: BackfillTally };

const read = async ({ api, store, provider }: Opened, command: BackfillCommand): Promise<Ran> => {
  const { since, emit, again = false, merchant = '', json = false } = command;
  const { signal, forget } = onInterrupt(json ? null : 'Stopping after this page; again to stop at once.');
  const startedAt = now();
  const reporter = makeBackfillReporter(startedAt, now, json);
  const parts = makeParts();
  const beginnings: Beginning[] = [];
  try {
    const end = await readAll({
      request: { merchant, sinceText: since.text, since: since.at, emit, again },
      api,
      store,
      provider,
      eventTypes: SUBSCRIBE_EVENTS,
      clock: { now },
      sleepUntil: (at) => sleepUntil(at, signal),
      signal,
      onBegin: (begun, resumed) => {
        beginnings.push({ begun, resumed });
        if (!json) say(opening(api.mode, command, { begun, resumed }));
      },
      onPage: (report) => {
        parts.add(report);
        reporter.page(report);
      },
      onWait: reporter.wait,
    });
    reporter.end();
    const { deliveries, brake } = await store.counts();
    const { unread: undecided, unresolved } = deliveries;
    const begun = beginnings[0]?.begun ?? null;
    const took = { tookMs: now() - startedAt, undecided, unresolved, brake };
    return { end, tally: { command: typedAgain(command), merchant, mode: api.mode, begun, ...parts.tally(), ...took } };
  } finally {
    reporter.end();
    forget();
  }
};

/** `recoup backfill stripe --since 90d`: reads what Stripe holds into the store, for the relay to decide. */
export const runBackfill = async (doors: CliDoors, command: BackfillCommand): Promise<number> => {
  const api = await openApi(doors);
  try {
    const store = await orRefuse(doors.openStore);
    try {
      const provider = await providerOf(doors, api.provider);
      const { end, tally } = await read({ api, store, provider }, command);
      if (command.json === true) sayJson(toBackfillJson(end, tally));
      else sayBackfill(end, tally);
      return toExitCode(end);
    } finally {
      await store.close();
    }
  } finally {
    await api.close();
  }
};
