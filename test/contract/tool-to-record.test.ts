import { describe, expect, test } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import { toRecord } from '../../src/pipeline/tools/to-record.ts';
import type { QueuedEdge, ToolRow } from '../../src/pipeline/tools/tool-ports.ts';
import { NOW } from './store-samples.ts';
import { edge } from './tool-at-hand.ts';

/** What one person's share of a call is (semantics G3). */

const row = (changes: Partial<ToolRow>): ToolRow => ({
  tool: 'braze',
  channel: 'live',
  profileId: 1,
  userId: 'user_1',
  version: 7,
  decidedAt: NOW,
  desired: {},
  delivered: {},
  uncertain: [],
  edges: [],
  reached: [],
  waitingSince: NOW,
  failures: 0,
  ...changes,
});

describe('attributes', () => {
  const cases: readonly [string, Partial<ToolRow>, object | null][] = [
    [
      'only what differs from what the tool holds goes',
      { desired: { a: 1, b: 'x', c: true }, delivered: { a: 1, b: 'y' } },
      { b: 'x', c: true },
    ],
    ['a value that is no more is cleared', { desired: { a: null }, delivered: { a: 1 } }, { a: null }],
    ['a name that is no longer wanted is cleared', { desired: {}, delivered: { a: 1 } }, { a: null }],
    ['a null clears nothing where nothing is held', { desired: { a: null, b: 1 }, delivered: {} }, { b: 1 }],
    ['a cleared value is not cleared again', { desired: { a: null }, delivered: { a: null } }, null],
    ['a cleared name that nobody names is not cleared again', { desired: {}, delivered: { a: null } }, null],
    [
      'of one never told, all is sent but nulls',
      { desired: { a: 1, b: null, c: false }, delivered: null },
      { a: 1, c: false },
    ],
    ['of one never told who is to hold nothing, nothing is sent', { desired: { a: null }, delivered: null }, null],
    [
      'what may not have arrived is asserted again, though it equals what was acknowledged',
      { desired: { a: 1, b: 2 }, delivered: { a: 1, b: 2 }, uncertain: ['a'] },
      { a: 1 },
    ],
    [
      'what may have arrived is cleared, though nothing was ever acknowledged',
      { desired: { a: null }, delivered: null, uncertain: ['a', 'gone'] },
      { a: null, gone: null },
    ],
    [
      'zero, false and the empty text are values',
      { desired: { a: 0, b: false, c: '' }, delivered: { a: null } },
      { a: 0, b: false, c: '' },
    ],
    ['false is not null', { desired: { a: false }, delivered: { a: null } }, { a: false }],
    ['nothing differs: no call', { desired: { a: 1 }, delivered: { a: 1 } }, null],
  ];
  test.each(cases)('%s', (_, changes, expected) => {
    const { record } = toRecord(row(changes), false);
    expect(record?.attributes ?? null).toEqual(expected);
  });

  test.each([
    ['nothing yet', null, true],
    ['something before', {}, false],
  ])(
    'the record says who it is about, when it was decided, and that the tool acknowledged %s',
    (_, delivered, isNew) => {
      const { record } = toRecord(row({ desired: { a: 1 }, delivered, decidedAt: plus(NOW, 5) }), false);
      expect(record).toEqual({ userId: 'user_1', at: plus(NOW, 5), attributes: { a: 1 }, events: [], isNew });
    },
  );

  test('news goes in portions, in order, and what is left is neither sent nor dropped', () => {
    const edges: readonly QueuedEdge[] = Array.from({ length: 12 }, (_, index) => ({
      ...edge('entry', '', `news_${index}`, NOW),
      role: 'news',
      seq: index + 1,
      status: 'queued',
      committedAt: NOW,
    }));
    const dispatch = toRecord(row({ edges }), true);
    expect(dispatch.edges).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(dispatch.record?.events.map(({ id }) => id)).toEqual(dispatch.edges.map((seq) => `news_${seq - 1}`));
    expect(dispatch.dropped).toEqual([]);
  });
});

describe('dunning_state_version', () => {
  const versions = { desired: { a: 1, dunning_state_version: 7 }, delivered: { a: 1, dunning_state_version: 6 } };

  test('alone, it is not sent', () => {
    expect(toRecord(row(versions), false).record).toBe(null);
    expect(toRecord(row({ ...versions, uncertain: ['dunning_state_version'] }), false).record).toBe(null);
    expect(toRecord(row({ desired: { dunning_state_version: 7 }, delivered: null }), false).record).toBe(null);
  });

  test('it goes along with an attribute', () => {
    const { record } = toRecord(row({ ...versions, delivered: { a: 0, dunning_state_version: 7 } }), false);
    expect(record?.attributes).toEqual({ a: 1, dunning_state_version: 7 });
  });

  test('it goes along with an event', () => {
    const { record } = toRecord(row({ ...versions, edges: edgesOf('entry E') }), false);
    expect(record?.attributes).toEqual({ dunning_state_version: 7 });
    expect(record?.events).toHaveLength(1);
  });

  test('one that is no longer wanted is cleared with the rest', () => {
    const { record } = toRecord(row({ desired: {}, delivered: { a: 1, dunning_state_version: 6 } }), false);
    expect(record?.attributes).toEqual({ a: null, dunning_state_version: null });
  });
});

/** `entry E`, `exit E`, `entry? E` (unknown), in order of commit; each is named by its place, from 1. */
const edgesOf = (...said: readonly string[]): readonly QueuedEdge[] =>
  said.map((words, index) => {
    const [role = '', episodeId = ''] = words.split(' ');
    const name = role.replace('?', '') === 'exit' ? 'exit' : 'entry';
    return {
      ...edge(name, episodeId, `e${index + 1}`, NOW),
      seq: index + 1,
      status: role.endsWith('?') ? 'unknown' : 'queued',
      committedAt: NOW,
    };
  });

describe('events', () => {
  interface Case {
    readonly queue: readonly string[];
    readonly reached?: readonly string[];
    readonly resends?: boolean;
    /** Places in the queue, in the order in which they are sent. */
    readonly sent: readonly number[];
  }
  const cases: readonly [string, Case][] = [
    ['an entry goes', { queue: ['entry E'], sent: [1] }],
    ['of several entries only the newest goes', { queue: ['entry E', 'entry E', 'entry E'], sent: [3] }],
    ['of several episodes, too', { queue: ['entry D', 'entry E'], sent: [2] }],
    ['an entry whose exit is queued after it does not go', { queue: ['entry E', 'exit E'], reached: ['E'], sent: [2] }],
    ['the newest entry gone, no older one takes its place', { queue: ['entry D', 'entry E', 'exit E'], sent: [] }],
    [
      'an entry and an exit of which the tool heard nothing both go nowhere',
      { queue: ['entry E', 'exit E'], sent: [] },
    ],
    ['nor does an exit alone of which it heard nothing', { queue: ['exit E'], sent: [] }],
    ['an exit of a reached episode always goes', { queue: ['exit E'], reached: ['E'], sent: [1] }],
    ['each exit of a reached episode goes', { queue: ['exit E', 'entry E', 'exit E'], reached: ['E'], sent: [1, 3] }],
    ['what was reached is asked per episode', { queue: ['exit D', 'exit E'], reached: ['E'], sent: [2] }],
    ['an entry that may have arrived makes its exit go', { queue: ['entry? E', 'exit E'], sent: [2] }],
    ['exits go before entries', { queue: ['entry E', 'exit D'], reached: ['D'], sent: [2, 1] }],
    [
      'a held episode that resumes is ended, then entered',
      { queue: ['exit E', 'entry E'], reached: ['E'], sent: [1, 2] },
    ],
    [
      'a hold and a resumption while the tool heard nothing are one entry',
      { queue: ['entry E', 'exit E', 'entry E'], sent: [3] },
    ],
    ['an entry of unknown outcome is not sent again', { queue: ['entry? E'], sent: [] }],
    ['it is, where the tool deduplicates', { queue: ['entry? E'], resends: true, sent: [1] }],
    ['a newer entry takes its place in either case', { queue: ['entry? E', 'entry E'], resends: true, sent: [2] }],
    ['and an exit after it forbids it in either case', { queue: ['entry? E', 'exit E'], resends: true, sent: [2] }],
    ['an exit of unknown outcome is always sent again', { queue: ['exit? E'], sent: [1] }],
  ];
  test.each(cases)('%s', (_, { queue, reached = [], resends = false, sent }) => {
    const edges = edgesOf(...queue);
    const dispatch = toRecord(row({ edges, reached }), resends);
    expect(dispatch.record?.events.map(({ id }) => id) ?? []).toEqual(sent.map((place) => `e${place}`));
    expect(dispatch.edges).toEqual(sent);
    expect([...dispatch.edges, ...dispatch.dropped].toSorted()).toEqual(edges.map(({ seq }) => seq));
  });

  test('events alone, where no attribute differs', () => {
    const { record } = toRecord(row({ edges: edgesOf('entry E') }), false);
    expect(record?.attributes).toEqual({});
  });
});
