import type { SegmentCall } from '../../pipeline/ports.ts';

/** Members of one audience, a number for each day. */
export interface MembersPerDay {
  /** At the end of the day. */
  readonly end: readonly number[];
  /** The most at once within the day: some stay for hours only. */
  readonly most: readonly number[];
}
/** By key, in the order of the index. */
export type AudienceSeries = Readonly<Record<string, MembersPerDay>>;

interface MemberCounts {
  /** Takes a call into account. */
  readonly see: (call: SegmentCall) => void;
  /** Closes a day. */
  readonly endDay: () => void;
  readonly series: () => AudienceSeries;
}

interface Counted {
  readonly people: Set<string>;
  readonly end: number[];
  readonly most: number[];
  high: number;
}

/** Counts members as whoever listens to Segment could: by who entered and who exited. */
export const makeMemberCounts = (keys: readonly string[]): MemberCounts => {
  const audiences = new Map<string, Counted>(
    keys.map((key) => [key, { people: new Set<string>(), end: [], most: [], high: 0 }]),
  );
  return {
    see: ({ event, properties, userId, anonymousId }) => {
      const audience = audiences.get(String(properties?.audience_key));
      const who = userId ?? anonymousId;
      if (audience === undefined || who === undefined) return;
      if (event === 'Audience Entered') audience.people.add(who);
      if (event === 'Audience Exited') audience.people.delete(who);
      audience.high = Math.max(audience.high, audience.people.size);
    },
    endDay: () => {
      for (const audience of audiences.values()) {
        audience.end.push(audience.people.size);
        audience.most.push(audience.high);
        audience.high = audience.people.size;
      }
    },
    series: () => Object.fromEntries([...audiences].map(([key, { end, most }]) => [key, { end, most }])),
  };
};
