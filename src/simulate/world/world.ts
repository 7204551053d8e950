import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { Happening } from '../invoice-story.ts';
import { type CardBehaviour, type Customer, drawCustomer } from '../population.ts';
import { makeRandom, type Random } from '../random.ts';
import { cancelsByMessage, paysByMessage, type Renewal, tellLife } from './life.ts';
import { makeQueue } from './queue.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly customers: number;
  /** Length of the window, in days of 24 hours. */
  readonly days: number;
  readonly startsAt: Instant;
  /** Webhooks come at once, once and in order. */
  readonly calm: boolean;
  /** Share of the cards that fail, over the population's own; absent: as they are. */
  readonly failing?: number | undefined;
}

/** A message as it reaches a person. */
export interface Received {
  readonly userId: string;
  readonly at: number;
}

export interface World {
  readonly customers: readonly Customer[];
  /** Renewals that fail, by the user whose they are. */
  readonly failures: readonly { readonly userId: string; readonly at: number }[];
  /** When the next webhook reaches the door; null: none will. */
  readonly nextAt: () => number | null;
  /** The bodies of the webhooks that have reached the door by `now`, in order. */
  readonly take: (now: number) => readonly string[];
  /** Somebody reads a message; some pay by it, some cancel, most do nothing. */
  readonly onMessage: (message: Received) => void;
  readonly reactions: () => { readonly paid: number; readonly canceled: number };
  /** Failed renewals of whose payment a webhook told, by what brought it. */
  readonly recovered: () => Readonly<Record<RecoveredBy, number>>;
}

/** `alone`: the customer paid without having been written to about it, as far as anybody knows. */
export type RecoveredBy = 'retry' | 'message' | 'alone';

interface Planned extends Happening {
  /** What brought the payment that this tells of; null: it tells of none, or was counted. */
  by: RecoveredBy | null;
  isDropped: boolean;
}
interface Chapter {
  readonly renewal: Renewal;
  readonly planned: Planned[];
  isSettled: boolean;
}

/** Streams of draws apart from the customers' own. */
const TRANSPORT_STREAMS = 2_000_000_000;
const REACTION_STREAMS = 3_000_000_000;

const DELAYS = { prompt: 930, slow: 55, retried: 15 } as const;
const DUPLICATED = 0.03;
/** The last webhook comes so long before the end: a failure waits some seconds for its reason, a tool for its turn. */
const QUIET_MS = HOUR_MS;
const REACTIONS = { none: 950, pays: 40, cancels: 10 } as const;
const FAILING: Readonly<Record<Exclude<CardBehaviour, 'good' | 'expired'>, number>> = {
  thin: 65,
  dead: 28,
  confirms: 7,
};

const drawDelayMs = (random: Random): number => {
  switch (random.pick(DELAYS)) {
    case 'prompt':
      return random.whole(200, 2_500);
    case 'slow':
      return random.whole(5, 120) * SECOND_MS;
    case 'retried':
      return HOUR_MS + random.whole(0, 7 * 3_600) * SECOND_MS;
  }
};

const isPaid = ({ event }: Happening): boolean => event.type === 'invoice.paid';

const recoveredBy = (happening: Happening): RecoveredBy | null => {
  if (!isPaid(happening)) return null;
  return happening.event.request.id === null ? 'retry' : 'alone';
};

/** How long the event is on its way, for each time that it is delivered. */
const drawDelays = (random: Random, calm: boolean): readonly number[] => {
  if (calm) return [SECOND_MS];
  const first = drawDelayMs(random);
  return random.next() < DUPLICATED ? [first, first + random.whole(1, 600) * SECOND_MS] : [first];
};

const drawPerson = ({ seed, startsAt, failing }: WorldOptions, index: number, random: Random): Customer => {
  const drawn = drawCustomer(random, index, startsAt);
  const { account } = drawn;
  const withEmail = {
    ...drawn,
    account: { ...account, email: `${account.customer.slice(4).toLowerCase()}@example.com` },
  };
  if (failing === undefined) return withEmail;
  const fate = makeRandom(seed, REACTION_STREAMS + 500_000_000 + index);
  return { ...withEmail, card: fate.next() < failing ? fate.pick(FAILING) : 'good' };
};

/** A business that goes on by itself and listens: the same options and the same messages give the same webhooks. */
export const makeWorld = (options: WorldOptions): World => {
  const { seed, startsAt, calm } = options;
  const endsAt = startsAt + options.days * DAY_MS;
  const queue = makeQueue<Planned>();
  const chapters = new Map<string, Chapter[]>();
  const reactions = { paid: 0, canceled: 0 };
  const transport = makeRandom(seed, TRANSPORT_STREAMS);
  const reading = makeRandom(seed, REACTION_STREAMS);

  const recovered = { retry: 0, message: 0, alone: 0 };

  const plan = (random: Random, happening: Happening, by: RecoveredBy | null): Planned => {
    const planned = { ...happening, by, isDropped: false };
    for (const delayMs of drawDelays(random, calm)) {
      const arrivesAt = happening.at + delayMs;
      if (arrivesAt < endsAt - QUIET_MS) queue.push(arrivesAt, planned);
    }
    return planned;
  };

  const customers = Array.from({ length: options.customers }, (_, index) => {
    const random = makeRandom(seed, index + 1);
    const customer = drawPerson(options, index + 1, random);
    const book = tellLife(random, customer, endsAt).map((renewal) => ({
      renewal,
      planned: renewal.happenings
        .filter(({ at }) => at < endsAt)
        .map((each) => plan(transport, each, renewal.failed ? recoveredBy(each) : null)),
      isSettled: !renewal.failed,
    }));
    if (customer.account.userId !== undefined) chapters.set(customer.account.userId, book);
    return customer;
  });

  /** The renewal that a message now speaks of: the newest that failed and waits for more to come. */
  const openChapter = (userId: string, at: number): Chapter | undefined =>
    chapters.get(userId)?.findLast(({ renewal, planned, isSettled }) => {
      const waits = planned.some((happening) => !happening.isDropped && happening.at > at);
      return renewal.story.periodStart <= at && !isSettled && waits;
    });

  const turn = (chapter: Chapter, at: number, told: readonly Happening[]): void => {
    chapter.isSettled = true;
    for (const planned of chapter.planned) if (planned.at > at) planned.isDropped = true;
    for (const happening of told)
      if (happening.at < endsAt) plan(transport, happening, isPaid(happening) ? 'message' : null);
  };

  /** Who leaves is charged no more. */
  const dropAfter = (userId: string, last: Chapter): void => {
    const book = chapters.get(userId) ?? [];
    for (const { planned } of book.slice(book.indexOf(last) + 1)) for (const each of planned) each.isDropped = true;
  };

  const failures = [...chapters].flatMap(([userId, book]) =>
    book.filter(({ renewal }) => renewal.failed).map(({ renewal }) => ({ userId, at: renewal.story.periodStart })),
  );

  return {
    customers,
    failures,
    nextAt: queue.nextAt,
    take: (now) => {
      const bodies: string[] = [];
      for (let next = queue.takeDue(now); next !== undefined; next = queue.takeDue(now)) {
        if (next.isDropped) continue;
        bodies.push(JSON.stringify(next.event));
        if (next.by !== null) recovered[next.by] += 1;
        next.by = null;
      }
      return bodies;
    },
    onMessage: ({ userId, at }) => {
      const reaction = reading.pick(REACTIONS);
      const actsAt = at + reading.whole(1, 6 * 60) * MINUTE_MS + reading.whole(0, 59) * SECOND_MS;
      const chapter = reaction === 'none' ? undefined : openChapter(userId, actsAt);
      if (chapter === undefined) return;
      const pays = reaction === 'pays';
      reactions[pays ? 'paid' : 'canceled'] += 1;
      const act = pays ? paysByMessage : cancelsByMessage;
      turn(chapter, actsAt, act(chapter.renewal, actsAt));
      if (!pays) dropAfter(userId, chapter);
    },
    reactions: () => ({ ...reactions }),
    recovered: () => ({ ...recovered }),
  };
};
