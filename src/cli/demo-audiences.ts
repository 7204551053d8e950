import type { SegmentCall } from '../pipeline/ports.ts';

/** Members of each audience at the end of each day, by key, in the order of the index. */
export type AudienceSeries = Readonly<Record<string, readonly number[]>>;

interface MemberCounts {
  /** Takes a call into account. */
  readonly see: (call: SegmentCall) => void;
  /** Closes a day. */
  readonly endDay: () => void;
  readonly series: () => AudienceSeries;
}

/** Counts members as whoever listens to Segment could: by who entered and who exited. */
export const makeMemberCounts = (keys: readonly string[]): MemberCounts => {
  const members = new Map(keys.map((key) => [key, new Set<string>()]));
  const perDay = new Map(keys.map((key) => [key, [] as number[]]));
  return {
    see: ({ event, properties, userId, anonymousId }) => {
      const people = members.get(String(properties?.audience_key));
      const who = userId ?? anonymousId;
      if (people === undefined || who === undefined) return;
      if (event === 'Audience Entered') people.add(who);
      if (event === 'Audience Exited') people.delete(who);
    },
    endDay: () => {
      for (const [key, people] of members) perDay.get(key)?.push(people.size);
    },
    series: () => Object.fromEntries(perDay),
  };
};
