import { z } from 'zod';
import type { ToolRequest } from '../doors.ts';

const OBJECT = z.looseObject({ external_id: z.string() });
/** The lists of a call that name people; a tool's own words for them. */
const BODY = z.looseObject({
  attributes: z.array(OBJECT).default([]),
  events: z.array(OBJECT.extend({ name: z.string() })).default([]),
});
type Body = z.infer<typeof BODY>;

/** One person as a tool came to know them: every call that named them, in order, as it was sent. */
export interface Conversation {
  readonly userId: string;
  readonly bodies: readonly unknown[];
}

/** What a tool's recorder received. */
export interface ToolOutcome {
  readonly calls: number;
  readonly people: number;
  /** How often each attribute was written, most often first. */
  readonly attributes: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  /** Somebody who failed and recovered; null when nobody did. */
  readonly example: Conversation | null;
}

interface Read extends Body {
  readonly body: unknown;
  readonly people: ReadonlySet<string>;
}

const read = (request: ToolRequest): readonly Read[] => {
  const body: unknown = request.body === '' ? null : JSON.parse(request.body);
  const parsed = BODY.safeParse(body);
  if (!parsed.success) return [];
  const { attributes, events } = parsed.data;
  return [{ attributes, events, body, people: new Set([...attributes, ...events].map((each) => each.external_id)) }];
};

const countBy = (names: Iterable<string>): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
};

const hears = (call: Read | undefined, userId: string, name: string): boolean =>
  call?.events.some((event) => event.external_id === userId && event.name === name) ?? false;

/** Somebody whose story runs from failure to recovery, in calls of their own, so that each can be shown as it was sent. */
const findExample = (calls: readonly Read[]): Conversation | null => {
  const byPerson = new Map<string, Read[]>();
  for (const call of calls) {
    for (const userId of call.people) {
      const told = byPerson.get(userId);
      if (told === undefined) byPerson.set(userId, [call]);
      else told.push(call);
    }
  }
  const stories = [...byPerson].flatMap(([userId, told]) => {
    const end = told.findIndex((call) => hears(call, userId, 'payment_recovered'));
    const story = told.slice(0, end + 1);
    return end > 0 && hears(told[0], userId, 'dunning_stage_entered') ? [{ userId, story }] : [];
  });
  const alone = stories.filter(({ story }) => story.every(({ people }) => people.size === 1));
  const best = (alone.length > 0 ? alone : stories).sort((a, b) => b.story.length - a.story.length)[0];
  return best === undefined ? null : { userId: best.userId, bodies: best.story.map(({ body }) => body) };
};

/** Adds up what a tool would have received. */
export const toToolOutcome = (requests: readonly ToolRequest[]): ToolOutcome => {
  const calls = requests.flatMap(read);
  const names = calls.flatMap(({ attributes }) => attributes.flatMap((object) => Object.keys(object)));
  return {
    calls: requests.length,
    people: new Set(calls.flatMap(({ people }) => [...people])).size,
    attributes: countBy(names.filter((name) => name !== 'external_id' && !name.startsWith('_'))),
    events: countBy(calls.flatMap(({ events }) => events.map(({ name }) => name))),
    example: findExample(calls),
  };
};
