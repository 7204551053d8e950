import { describe, expect, it } from 'vitest';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import type { OpenToolBench, ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';
import { type BenchRig, liesOf, NOT_TAKEN, TAKES_EVENTS, toldOf } from './tool-bench.ts';
import { isTaken } from './tool-bench-held.ts';
import { NOW } from './tool-records.ts';
import { json, startToolServer } from './tool-server.ts';

const PAGES = ['<html>a proxy</html>', '', '{"half":', '[]', '{"ok":"perhaps"}', 'null'];

/** Whole calls that fail: what is told is what happened, and nothing more is done. */
export const describeFaults = (rig: BenchRig, open: OpenToolBench): void => {
  const subject = () => rig.bench.tool.subject;
  const meet = async (fault: ToolFault, count = 3, timeoutMs = 5_000) => {
    const records = rig.fresh(count);
    const before = records.map(rig.look);
    rig.bench.standIn.inject(fault);
    const answer = await rig.sinkOf({ timeoutMs }).send(records);
    rig.bench.standIn.heal();
    const lies = liesOf(rig, records, toldOf(answer, records), before);
    if (!(rig.traits.statusAlone && fault.kind === 'garbage')) expect(lies).toEqual([]);
    return { records, answer };
  };

  it.each(NOT_TAKEN)('%s is told as it is, and nothing was taken', async (_case, fault, expected) => {
    expect((await meet(fault)).answer).toMatchObject({ answer: expected });
  });

  it.each([400, 422])('a refusal of the whole call with %i is one, to be halved', async (status) => {
    expect((await meet({ kind: 'status', status })).answer).toMatchObject({ answer: 'refused', tooLarge: false });
  });

  it('a call that is too large for the tool is to be halved', async () => {
    expect((await meet({ kind: 'status', status: 413 })).answer).toMatchObject({ answer: 'refused', tooLarge: true });
  });

  it.each([408, 500, 502, 504])('a status %i may have been applied', async (status) => {
    const { answer, records } = await meet({ kind: 'status', status });
    expect(toldOf(answer, records)).toEqual(records.map(() => 'unknown'));
  });

  it.each(PAGES)('a success with the body %o is delivered to nobody', async (body) => {
    const { answer, records } = await meet({ kind: 'garbage', applied: false, body });
    if (rig.traits.statusAlone) return expect(answer.answer).toBe('each');
    expect(toldOf(answer, records)).toEqual(records.map(() => 'unknown'));
  });

  it('a success with a page in its place does not hide what was applied', async () => {
    const { answer, records } = await meet({ kind: 'garbage', applied: true, body: '<html>a proxy</html>' });
    if (rig.traits.statusAlone) return expect(toldOf(answer, records)).toEqual(records.map(() => 'delivered'));
    expect(toldOf(answer, records)).toEqual(records.map(() => 'unknown'));
  });

  it('an answer of a megabyte does not hang', async () => {
    const { answer } = await meet({ kind: 'status', status: 400, body: { message: 'x'.repeat(1_000_000) } });
    expect(answer).toMatchObject({ answer: 'refused', tooLarge: false });
  });

  it('a redirect takes nothing and is not followed: the key stays here, and a person reads the address', async () => {
    const elsewhere = await startToolServer(json(200, {}));
    const { answer } = await meet({ kind: 'status', status: 307, headers: { location: `${elsewhere.endpoint}/x` } });
    expect(answer).toMatchObject({ answer: 'stopped' });
    expect(elsewhere.seen).toEqual([]);
    await elsewhere.close();
  });

  it('a key that the tool refuses stops it, and nothing is taken', async () => {
    const records = rig.fresh(2);
    const before = records.map(rig.look);
    expect(await rig.sinkOf({}, rig.bench.badSettings).send(records)).toMatchObject({ answer: 'stopped' });
    expect(records.map(rig.look)).toEqual(before);
  });

  it('without a connection nothing was taken', async () => {
    const gone = await open({ now: () => NOW });
    const record = gone.record('user_gone');
    gone.know([record.userId]);
    const sink = rig.sinkOf({}, gone.settings);
    await gone.standIn.close();
    expect(await sink.send([record])).toMatchObject({ answer: 'unavailable' });
  });

  describe.each(['destroyed', 'open'] as const)('silence, the socket %s', (socket) => {
    const timeoutMs = socket === 'open' ? 250 : 5_000;

    it.each([true, false])(
      'is of unknown outcome, and sent again it ends as it should (applied: %o)',
      async (applied) => {
        const { answer, records } = await meet({ kind: 'silence', applied, socket }, 2, timeoutMs);
        expect(toldOf(answer, records)).toEqual(records.map(() => 'unknown'));
        if (!rig.sink.resendsUnknownEvents && TAKES_EVENTS.includes(subject())) return;
        expect(toldOf(await rig.sink.send(records), records)).toEqual(records.map(() => 'delivered'));
        for (const record of records) {
          expect(isTaken(record, subject(), rig.look(record))).toBe(true);
          if (rig.traits.deduplicatesEvents) expect(rig.look(record).events).toHaveLength(record.events.length);
        }
      },
    );
  });

  it('a body over the limit is not sent, and said to be too large; what is left out makes none large', async () => {
    const { bytes } = rig.sink.limits;
    const before = rig.bench.standIn.requests.length;
    const small = rig.fresh(1);
    const records = small.map((record) => oversized(record, bytes));
    const seen = records.map(rig.look);
    const answer = await rig.sink.send(records);
    const sent = rig.bench.standIn.requests.slice(before).map(({ body }) => Buffer.byteLength(JSON.stringify(body)));
    expect(sent.filter((size) => size > bytes)).toEqual([]);
    if (answer.answer !== 'each') expect(answer).toMatchObject({ answer: 'refused', tooLarge: true });
    const kept = rig.traits.keepsSome === true ? small : records;
    expect(liesOf(rig, kept, toldOf(answer, records), seen)).toEqual([]);
    if (kept === small) expect(toldOf(answer, records)).toEqual(['delivered']);
  });
};

/** The same with far more in it. Two bytes a letter: bytes are what counts. */
const oversized = (record: ToolRecord, bytes: number): ToolRecord => {
  const names = Array.from({ length: Math.ceil(bytes / 400) + 1 }, (_, each) => `note_${each}`);
  const notes = Object.fromEntries(names.map((name) => [name, 'é'.repeat(200)]));
  const events = record.events.map((event) => ({ ...event, properties: { ...event.properties, ...notes } }));
  return { ...record, attributes: { ...record.attributes, ...notes }, events };
};
