import { instant } from '../../domain/instant.ts';
import type { SegmentCall } from '../../pipeline/ports.ts';
import { simulate } from '../../simulate/model.ts';
import { makeVirtualClock, runTimeMachine } from '../../simulate/time-machine.ts';
import type { CliDoors, DemoRelay, ToolRequest } from '../doors.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import { showProfiles } from '../profile.ts';
import { makeProgress } from '../progress.ts';
import { clean, sayJson } from '../terminal.ts';
import { makeMemberCounts } from './demo-audiences.ts';
import { keepOpen } from './demo-keep.ts';
import { findTask, toOthers } from './demo-others.ts';
import { toOutcome } from './demo-outcome.ts';
import type { DemoOptions, DemoRun } from './demo-run.ts';
import { showDemo } from './demo-text.ts';
import { toToolOutcome } from './demo-tools.ts';

/** A fixed day, so that the same seed gives the same bytes whenever it is run. */
const STARTS_AT = instant(Date.UTC(2026, 0, 1));

interface Playing {
  readonly relay: DemoRelay;
  readonly clock: ReturnType<typeof makeVirtualClock>;
  readonly endDay: () => void;
}

const play = async ({ relay, clock, endDay }: Playing, options: DemoOptions) => {
  const model = simulate({ ...options, startsAt: STARTS_AT });
  const progress = makeProgress(options.days, options.json === true);
  const { deliveries } = model;
  const onDay = (day: number): void => {
    endDay();
    progress.advance(`day ${day} of ${options.days}`);
  };
  try {
    const played = await runTimeMachine({ relay, clock, secret: relay.secret, deliveries, days: options.days, onDay });
    progress.stop(`${options.days} days played`);
    return { model, played };
  } catch (error) {
    progress.stop('stopped');
    throw error;
  }
};

const toJson = ({ options, model, played, counts, outcome, audiences, braze, others, task, tookMs }: DemoRun) => ({
  seed: options.seed,
  customers: model.customers.length,
  days: options.days,
  webhooks: { sent: model.deliveries.length, answers: played.answers, ends: counts.deliveries },
  segment: outcome,
  deadLetters: counts.deadLetters,
  inDunningPerDay: played.inDunningPerDay,
  audiencesPerDay: audiences,
  tools: { braze, ...Object.fromEntries(others.map(({ tool, ...numbers }) => [tool, numbers])) },
  task,
  tookMs,
});

/** What the tools received: Braze in full, of the others how much. */
const toTools = async ({ store }: DemoRelay, requests: readonly ToolRequest[], calls: readonly SegmentCall[]) => ({
  braze: toToolOutcome(requests.filter(({ tool }) => tool === 'braze')),
  others: await toOthers(store, requests, 'braze'),
  task: await findTask(store, calls),
});

const showAsked = async (relay: DemoRelay, id: string, json: boolean): Promise<void> => {
  const records = await relay.store.findProfiles(id);
  if (records.length === 0) throw new CommandFailure(`Nobody in this demo is known as ${clean(id)}.`);
  showProfiles(
    records.map((record) => ({ record })),
    json,
  );
};

/** `recoup demo`: the real pipeline in one process, on a virtual clock, with a recorder in Segment's place. */
export const runDemo = async (doors: CliDoors, options: DemoOptions): Promise<number> => {
  const startedAt = performance.now();
  const clock = makeVirtualClock(STARTS_AT);
  const calls: SegmentCall[] = [];
  const requests: ToolRequest[] = [];
  const members = makeMemberCounts((await doors.loadAudiences()).all.map(({ key }) => key));
  const onCall = (call: SegmentCall): void => {
    calls.push(call);
    members.see(call);
  };
  const relay = await doors.openDemoRelay({ clock, onCall, onToolRequest: (request) => requests.push(request) });
  try {
    const told = await play({ relay, clock, endDay: members.endDay }, options);
    const counts = await relay.store.counts();
    const tookMs = Math.round(performance.now() - startedAt);
    const tools = await toTools(relay, requests, calls);
    const run: DemoRun = {
      options,
      ...told,
      counts,
      calls,
      outcome: toOutcome(calls),
      audiences: members.series(),
      ...tools,
      tookMs,
    };
    if (options.profile !== undefined) await showAsked(relay, options.profile, options.json === true);
    else if (options.json === true) sayJson(toJson(run));
    else showDemo(run);
    if (options.keep === true) await keepOpen(relay, options);
    return EXIT.done;
  } finally {
    await relay.close();
  }
};
