import { expect, it } from 'vitest';
import type { Tool } from '../../src/destination-kit/define-tool.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { type BenchRig, HAS_STATE, laterEvent, TAKES_EVENTS, toldOf } from './tool-bench.ts';
import { differingFrom, isTaken } from './tool-bench-held.ts';

const twoEvents = (subject: Tool['subject']): ToolRecord => {
  const event = laterEvent(subject, 'user_two');
  return { userId: 'user_two', at: event.at, attributes: {}, events: [event, event], isNew: false };
};

const LATER = { isNew: false, events: [] } as const;

/** A record is held as written, cleared, repeated without harm, and told in order. */
export const describeTaking = (rig: BenchRig, tool: Tool): void => {
  const subject = () => tool.subject;
  const hasState = HAS_STATE.includes(tool.subject);
  const takesEvents = TAKES_EVENTS.includes(tool.subject);
  const takesTwo = takesEvents && tool.objectsOf(twoEvents(tool.subject)) <= tool.limits.objects;
  /** Asked only of a tool that can keep it. */
  const promise = (isMeant: boolean, name: string, keeps: () => Promise<void>): void => {
    if (isMeant) it(name, keeps);
  };
  const one = (): ToolRecord => {
    const [record] = rig.fresh(1);
    if (record === undefined) throw new Error('one record is more than a call of this tool takes');
    return record;
  };
  const deliver = async (...records: readonly ToolRecord[]): Promise<void> => {
    for (const record of records) expect(toldOf(await rig.sink.send([record]), [record])).toEqual(['delivered']);
  };

  it('a record is held as it is written', async () => {
    const record = one();
    await deliver(record);
    const now = rig.look(record);
    if (HAS_STATE.includes(subject())) expect(differingFrom(record, now.held)).toEqual([]);
    expect(isTaken(record, subject(), now), JSON.stringify(now)).toBe(true);
  });

  promise(hasState, 'a change writes what changed and leaves the rest', async () => {
    const record = one();
    const change = { ...record, ...LATER, attributes: { dunning_amount_due: 12.5, dunning_attempt_number: 2 } };
    await deliver(record, change);
    const whole = { ...record, attributes: { ...record.attributes, ...change.attributes } };
    expect(differingFrom(whole, rig.look(record).held)).toEqual([]);
  });

  promise(hasState, 'null clears, and only what is null', async () => {
    const record = one();
    const names = ['dunning_amount_due', 'next_retry_date', 'update_payment_url', 'dunning_stage'];
    const cleared = Object.fromEntries(names.filter((name) => name in record.attributes).map((name) => [name, null]));
    expect(Object.keys(cleared).length, 'the record says something to clear').toBeGreaterThan(0);
    await deliver(record, { ...record, ...LATER, attributes: { ...cleared, in_dunning: false } });
    const whole = { ...record, attributes: { ...record.attributes, ...cleared, in_dunning: false } };
    expect(differingFrom(whole, rig.look(record).held)).toEqual([]);
  });

  promise(hasState, 'what is cleared may be set again', async () => {
    const record = one();
    const cleared = { ...record, ...LATER, attributes: { dunning_amount_due: null } };
    const again = { ...record, ...LATER, attributes: { dunning_amount_due: 7 } };
    await deliver(record, cleared, again);
    expect(differingFrom(again, rig.look(record).held)).toEqual([]);
  });

  promise(!takesEvents || rig.traits.deduplicatesEvents === true, 'the same record again changes nothing', async () => {
    const record = one();
    await deliver(record);
    const once = rig.look(record);
    await deliver(record, { ...record, isNew: false });
    expect(rig.look(record)).toEqual(once);
  });

  promise(tool.subject === 'person', 'the same state again changes nothing', async () => {
    const record = { ...one(), events: [] };
    await deliver(record);
    const once = rig.look(record);
    await deliver(record, { ...record, isNew: false });
    expect(rig.look(record)).toEqual(once);
  });

  promise(!takesEvents, 'events are not its business: none of them leaves', async () => {
    const record = one();
    await deliver({ ...record, events: [laterEvent('person', record.userId)] });
    expect(rig.look(record).events).toEqual([]);
    const said = JSON.stringify(rig.bench.standIn.requests.map(({ body }) => body));
    expect(said).not.toContain(laterEvent('person', record.userId).id);
  });

  promise(takesEvents, 'events are told in their order', async () => {
    const record = one();
    const later = { ...record, ...LATER, attributes: {}, events: [laterEvent(subject(), record.userId)] };
    await deliver(record, later);
    const both = { ...record, events: [...record.events, ...later.events] };
    expect(isTaken(both, subject(), rig.look(record)), rig.look(record).events.join()).toBe(true);
    expect(rig.look(record).events).toHaveLength(both.events.length);
  });

  promise(takesTwo, 'two events of one record are told in their order', async () => {
    const record = one();
    const both = { ...record, events: [...record.events, laterEvent(subject(), record.userId)] };
    await deliver(both);
    expect(isTaken(both, subject(), rig.look(record)), rig.look(record).events.join()).toBe(true);
  });

  promise(tool.subject === 'hand_off', 'a task that is done is not made; one that is open is closed once', async () => {
    const done = { task_state: 'closed', comment: 'Recovered 49.50 USD.' };
    const [never, record] = [one(), one()];
    await deliver({ ...never, attributes: { ...never.attributes, ...done } });
    expect(rig.look(never).held).toBeNull();
    await deliver(record);
    const open = rig.look(record);
    const close = { ...record, ...LATER, attributes: done };
    await deliver(close);
    const closed = rig.look(record);
    expect(closed).not.toEqual(open);
    await deliver(close, { ...record, attributes: { ...record.attributes, ...done } });
    expect(rig.look(record)).toEqual(closed);
  });

  it('as many as one call takes are told of one by one, in their order', async () => {
    const records = rig.fresh(Math.min(rig.sink.limits.objects, 200));
    const told = toldOf(await rig.sink.send(records), records);
    expect(told).toEqual(records.map(() => 'delivered'));
    expect(records.filter((record) => !isTaken(record, subject(), rig.look(record)))).toEqual([]);
  });

  it('nobody is nothing, and no request', async () => {
    const before = rig.bench.standIn.requests.length;
    expect(await rig.sink.send([])).toEqual({ answer: 'each', outcomes: [] });
    expect(rig.bench.standIn.requests).toHaveLength(before);
  });

  it('somebody whom the tool does not know is made or left out, and it says which', async () => {
    const record = rig.stranger();
    const [told] = toldOf(await rig.sink.send([record]), [record]);
    expect(['delivered', 'absent']).toContain(told);
    const now = rig.look(record);
    if (told === 'delivered') expect(isTaken(record, subject(), now)).toBe(true);
    else expect(now).toEqual({ held: null, events: [] });
  });

  promise(hasState, 'an over-long text is kept whole or left out and never cut, and harms nobody else', async () => {
    const [long, ...others] = rig.fresh(3);
    if (long === undefined) return;
    const url = `https://pay.example.com/${'é'.repeat(70_000)}`;
    const records = [{ ...long, attributes: { ...long.attributes, update_payment_url: url } }, ...others];
    const [told, ...rest] = toldOf(await rig.sink.send(records), records);
    expect(['delivered', 'rejected', 'refused']).toContain(told);
    expect([undefined, null, '', url]).toContain(rig.look(long).held?.update_payment_url);
    if (told !== 'refused') expect(rest).toEqual(others.map(() => 'delivered'));
  });
};
