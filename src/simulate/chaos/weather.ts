import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { makeRandom, type Random } from '../random.ts';
import type { ToolFault } from '../vendors/tool-stand-in.ts';
import type { Refuses, Weather, WeatherRequest } from '../vendors/weather.ts';
import { makeQueue } from '../world/queue.ts';

/** A tool is down from `from` until before `until`, UTC milliseconds. */
export interface Outage {
  readonly from: number;
  readonly until: number;
}

interface WeatherOptions {
  readonly seed: number;
  /** A number of its own for each tool. */
  readonly stream: number;
  /** Share of the requests that fail. */
  readonly failing: number;
  /** Requests that write fail in this way alone; drawn without it. */
  readonly kind?: FaultKind | undefined;
  readonly outages: readonly Outage[];
  /** After this instant all goes well, UTC milliseconds. */
  readonly calmFrom: number;
  readonly now: () => number;
}

/** A call that was answered and waits to be applied. */
interface Held {
  readonly apply: () => void;
  readonly users: readonly string[];
}

export interface ToolWeather {
  readonly draw: Weather;
  /** Whether this call need not go out, since the tool is down: counted as any that an outage refuses. */
  readonly refuses: Refuses;
  /** When the next call that was held back is applied; null: none is held. */
  readonly nextAt: () => number | null;
  /** Applies what is due. */
  readonly pass: (now: number) => void;
  /** The tool answered a request well for the first time after whatever went wrong before `at`; null: not yet. */
  readonly wellSince: () => number | null;
  /** The last trouble that met a call about the person; `Infinity` while one is held back. */
  readonly lastTroubleOf: (userId: string) => number;
  /** The last call about the person that was taken well and at once. */
  readonly lastWellOf: (userId: string) => number;
  readonly counts: () => Readonly<Record<string, number>>;
  readonly requests: () => number;
}

/** Kinds by weight, as they meet requests that write. A read is refused, throttled or cut off. */
const KINDS = { refused: 30, throttled: 18, applied: 14, lost: 14, garbage: 10, late: 10, stale: 4 } as const;
export type FaultKind = keyof typeof KINDS;
const READ_KINDS = { refused: 60, throttled: 40 } as const;
const STATUSES = { 500: 3, 502: 2, 503: 4 } as const;
/** How long a call that was answered as taken waits to be applied, in ms: `late` seconds or minutes, `stale` for hours. */
const HELD_MS = {
  late: { from: SECOND_MS, to: 10 * MINUTE_MS },
  stale: { from: HOUR_MS, to: 20 * HOUR_MS },
} as const;
const DOWN: ToolFault = { kind: 'status', status: 503 };

/** Of the calls that an outage refuses one in so many goes out and is refused by the tool itself. */
const CALLS_PER_PROBE = 10;

type Hold = (apply: () => void) => void;

const toFault = (random: Random, kind: FaultKind, hold: Hold): ToolFault => {
  switch (kind) {
    case 'refused':
      return { kind: 'status', status: Number(random.pick(STATUSES)) };
    case 'throttled':
      return { kind: 'throttled' };
    case 'applied':
    case 'lost':
      return { kind: 'silence', applied: kind === 'applied', socket: 'destroyed' };
    case 'garbage':
      return { kind: 'garbage', applied: random.next() < 0.5, body: '<html>busy</html>' };
    case 'late':
    case 'stale':
      return { kind: 'late', hold };
  }
};

/** What goes wrong at one tool. Draws depend on the seed and on the order of its requests alone. */
export const makeWeather = (options: WeatherOptions): ToolWeather => {
  const { outages, failing, calmFrom, now } = options;
  const random = makeRandom(options.seed, 4_000_000_000 + options.stream);
  const held = makeQueue<Held>();
  const heldOf = new Map<string, number>();
  const lastOf = new Map<string, number>();
  const wellOf = new Map<string, number>();
  const counts: Record<string, number> = {};
  let requests = 0;
  let met = 0;
  let wellSince: number | null = null;

  const note = (kind: string, users: readonly string[]): void => {
    counts[kind] = (counts[kind] ?? 0) + 1;
    wellSince = null;
    for (const user of users) lastOf.set(user, now());
  };

  const drawKind = (isRead: boolean): FaultKind =>
    isRead ? random.pick<FaultKind>(READ_KINDS) : (options.kind ?? random.pick<FaultKind>(KINDS));

  const hold = (kind: 'late' | 'stale', users: readonly string[], apply: () => void): void => {
    held.push(now() + random.whole(HELD_MS[kind].from, HELD_MS[kind].to), { apply, users });
    for (const user of users) heldOf.set(user, (heldOf.get(user) ?? 0) + 1);
  };

  const isDown = (): boolean => outages.some(({ from, until }) => now() >= from && now() < until);

  const refuses = (users: readonly string[]): boolean => {
    if (!isDown()) return false;
    met += 1;
    if (met % CALLS_PER_PROBE === 1) return false;
    requests += 1;
    note('outage', users);
    return true;
  };

  const draw = ({ isRead, users }: WeatherRequest): ToolFault | null => {
    requests += 1;
    if (isDown()) {
      note('outage', users);
      return DOWN;
    }
    if (now() < calmFrom && random.next() < failing) {
      const kind = drawKind(isRead);
      note(kind, users);
      return toFault(random, kind, (apply) => hold(kind === 'stale' ? kind : 'late', users, apply));
    }
    wellSince ??= now();
    if (!isRead) for (const user of users) wellOf.set(user, now());
    return null;
  };

  return {
    draw,
    refuses,
    nextAt: held.nextAt,
    pass: (at) => {
      for (let late = held.takeDue(at); late !== undefined; late = held.takeDue(at)) {
        late.apply();
        for (const user of late.users) {
          heldOf.set(user, (heldOf.get(user) ?? 1) - 1);
          lastOf.set(user, at);
        }
      }
    },
    wellSince: () => wellSince,
    lastTroubleOf: (userId) => ((heldOf.get(userId) ?? 0) > 0 ? Number.POSITIVE_INFINITY : (lastOf.get(userId) ?? 0)),
    lastWellOf: (userId) => wellOf.get(userId) ?? 0,
    counts: () => ({ ...counts }),
    requests: () => requests,
  };
};

/** Hours that an outage lasts, in the profile of the proof. */
export const OUTAGE_HOURS: readonly number[] = [5, 24, 72];

/** An outage of each length at a drawn time, in an equal part of the window each, so that they do not meet. */
export const drawOutages = (
  random: Random,
  { startsAt, endsAt }: { readonly startsAt: number; readonly endsAt: number },
  lengths: readonly number[],
): readonly Outage[] => {
  const part = (endsAt - startsAt) / lengths.length;
  return lengths.flatMap((hours, index) => {
    const room = part - hours * HOUR_MS - DAY_MS / 4;
    if (room <= 0) return [];
    const from = Math.floor(startsAt + index * part + random.next() * room);
    return [{ from, until: from + hours * HOUR_MS }];
  });
};
