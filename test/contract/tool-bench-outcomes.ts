import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import type { ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { type BenchRig, liesOf, sendInHalves, TAKES_EVENTS, type Told, toldOf } from './tool-bench.ts';
import { isTaken } from './tool-bench-held.ts';

/** Records of a call in these properties, where the tool takes so many. */
const CROWD = 9;
const RUNS = 8;

const places = fc.uniqueArray(fc.nat({ max: CROWD - 1 }), { maxLength: CROWD });

const fault: fc.Arbitrary<ToolFault> = fc.constantFrom<ToolFault>(
  { kind: 'throttled' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 400 },
  { kind: 'silence', applied: true, socket: 'destroyed' },
  { kind: 'silence', applied: false, socket: 'destroyed' },
  { kind: 'garbage', applied: true, body: '<html>a proxy</html>' },
  { kind: 'garbage', applied: false, body: '<html>a proxy</html>' },
);

/** No outcome on the wrong record, wherever in a call and in whichever of its requests something goes wrong. */
export const describeOutcomes = (rig: BenchRig): void => {
  const subject = () => rig.bench.tool.subject;
  const mayRepeat = (): boolean => rig.sink.resendsUnknownEvents || !TAKES_EVENTS.includes(subject());

  it('a partial failure is told of exactly the guilty, wherever they stand', async () => {
    const judge = async (guiltyPlaces: readonly number[]): Promise<void> => {
      const records = rig.fresh(CROWD);
      const before = records.map(rig.look);
      const isGuilty = (_: unknown, index: number): boolean => guiltyPlaces.includes(index);
      const ids = records.filter(isGuilty).map(({ userId }) => userId);
      const withdraw = rig.bench.standIn.inject({ kind: 'partial', ids }, { holding: ids });
      const told = await sendInHalves(rig.sink, records);
      withdraw();
      const expected = records.map((_, index) => (isGuilty(_, index) ? 'not taken' : 'delivered'));
      expect(told.map((word) => (word === 'rejected' || word === 'refused' ? 'not taken' : word))).toEqual(expected);
      expect(liesOf(rig, records, told, before)).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(places, judge), { numRuns: RUNS });
  });

  it('a fault at any of its requests is told of nobody whom it did not meet, and all end as they should', async () => {
    const judge = async (met: ToolFault, place: number, calls: number): Promise<void> => {
      const records = rig.fresh(CROWD);
      const before = records.map(rig.look);
      const holding = [records[place % records.length]?.userId ?? ''];
      const withdraw = rig.bench.standIn.inject(met, { holding, calls });
      const told = toldOf(await rig.sink.send(records), records);
      withdraw();
      if (!rig.traits.statusAlone || met.kind !== 'garbage') expect(liesOf(rig, records, told, before)).toEqual([]);
      expect(told).not.toContain('absent');
      if (!isRefusal(met)) expect(told).not.toContain('rejected');
      await settle(records, told);
    };
    await fc.assert(fc.asyncProperty(fault, fc.nat({ max: CROWD - 1 }), fc.integer({ min: 1, max: 2 }), judge), {
      numRuns: 2 * RUNS,
    });
  });

  const isRefusal = (met: ToolFault): boolean => met.kind === 'status' && met.status === 400;

  /** Sends again whatever is not known to have been taken, as the engine does. */
  const settle = async (records: readonly ToolRecord[], told: readonly Told[]): Promise<void> => {
    const open = records.filter((_, index) => {
      const word = told[index];
      return word !== 'delivered' && word !== 'rejected' && (word !== 'unknown' || mayRepeat());
    });
    if (open.length === 0) return;
    expect(toldOf(await rig.sink.send(open), open)).toEqual(open.map(() => 'delivered'));
    expect(open.filter((record) => !isTaken(record, subject(), rig.look(record)))).toEqual([]);
    const isRepeated = (record: ToolRecord): boolean => rig.look(record).events.length > record.events.length;
    if (rig.traits.deduplicatesEvents) expect(open.filter(isRepeated)).toEqual([]);
  };
};
