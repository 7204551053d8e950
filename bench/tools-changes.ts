import { makeActionsSink } from '../src/destination-kit/actions-sink.ts';
import type { Subject, ToolRecord } from '../src/destination-kit/record.ts';
import type { Instant } from '../src/domain/instant.ts';
import type { Store } from '../src/pipeline/ports.ts';
import { makeToolDeliverer, type ToolDelivererOptions } from '../src/pipeline/tools/deliver-tools.ts';
import { makeRandom } from '../src/simulate/random.ts';
import type { ToolBench } from '../src/simulate/vendors/tool-stand-in.ts';
import { type Wish, want } from '../test/contract/tool-at-hand.ts';

/** Rows of one transaction of the loop. */
const COMMIT_ROWS = 500;

/** The second thing that happens to a subject: it is over. */
export const ended = (record: ToolRecord, subject: Subject): ToolRecord => {
  if (subject === 'hand_off')
    return { ...record, attributes: { ...record.attributes, task_state: 'closed', comment: 'Recovered 49.50 USD.' } };
  const attributes = Object.keys(record.attributes).length === 0 ? {} : { ...record.attributes, ...OVER };
  return {
    ...record,
    attributes,
    events: record.events.map((event) => ({
      ...event,
      ...endOf(event.id, subject),
      properties: { ...event.properties, outcome: 'recovered', amount: 49.5 },
    })),
  };
};

const OVER = { in_dunning: false, dunning_amount_due: null, next_retry_date: null };

const endOf = (id: string, subject: Subject) => ({
  id: `${id}:over`,
  name: subject === 'alert' ? 'alert_resolved' : 'payment_recovered',
});

const toWish = (tool: string, { userId, attributes, events }: ToolRecord, subject: Subject): Wish => ({
  tool,
  userId,
  desired: attributes,
  edges: events.map((event) => ({
    event,
    role: subject !== 'person' ? 'news' : event.name === 'payment_recovered' ? 'exit' : 'entry',
    episodeId: String(event.properties.dunning_episode_id),
  })),
});

/** Commits what a tool is to hold and hear, as the loop does. */
export const commitChanges = async (
  store: Store,
  { tool: { key, subject } }: ToolBench,
  records: readonly ToolRecord[],
  now: Instant,
): Promise<void> => {
  const wishes = records.map((record) => toWish(key, record, subject));
  for (let from = 0; from < wishes.length; from += COMMIT_ROWS) {
    await want(store, now, wishes.slice(from, from + COMMIT_ROWS));
  }
};

/** The engine in front of a bench's stand-in. */
export const engineOf = (
  { tool, settings }: ToolBench,
  store: Store,
  now: () => Instant,
  onSettled?: ToolDelivererOptions['onSettled'],
) =>
  makeToolDeliverer({
    store,
    sink: makeActionsSink(tool, settings, { now }),
    channel: 'live',
    clock: { now },
    random: makeRandom(1).next,
    log: { warn: () => undefined, error: () => undefined },
    ...(onSettled === undefined ? {} : { onSettled }),
  });
