import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { ToolSink } from '../../src/destination-kit/sink.ts';
import { type IntercomBench, openIntercomBench } from '../stand-ins/intercom-bench.ts';
import { openZendeskBench, type ZendeskBench } from '../stand-ins/zendesk-bench.ts';
import { NOW } from './tool-records.ts';

/** What Zendesk and Intercom share: a look-up, then one write for each customer. */
type Bench = ZendeskBench | IntercomBench;

const EMAIL = 'both@example.com';
const TOOLS = [
  [
    'Zendesk',
    async () => {
      const bench = await openZendeskBench({ now: () => NOW });
      return { bench: bench as Bench, addContact: () => bench.standIn.addUser({ email: EMAIL }) };
    },
  ],
  [
    'Intercom',
    async () => {
      const bench = await openIntercomBench({ now: () => NOW });
      return { bench: bench as Bench, addContact: () => bench.standIn.addContact({ email: EMAIL }) };
    },
  ],
] as const;

describe.each(TOOLS)('%s', (_name, open) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let sink: ToolSink;
  beforeEach(async () => {
    opened = await open();
    sink = makeActionsSink(opened.bench.tool, opened.bench.settings, { now: () => NOW });
  });
  afterEach(() => opened.bench.standIn.close());

  it('gives the one contact of an address to the first of two customers of a call, and leaves it that one', async () => {
    const { bench, addContact } = opened;
    addContact();
    const records = ['one', 'two'].map((id) => {
      const record = bench.record(id);
      return { ...record, attributes: { ...record.attributes, email: EMAIL } };
    });
    expect(await sink.send(records)).toMatchObject({
      answer: 'each',
      outcomes: [{ result: 'delivered' }, { result: 'absent' }],
    });
    expect(bench.heldOf('one')).toMatchObject({ dunning_episode_id: 'dun_one' });
    expect(bench.heldOf('two')).toBeNull();
  });

  it('takes a contact that was deleted since it was looked up for one that is not there, and goes on', async () => {
    const { bench } = opened;
    bench.know(['one', 'two']);
    bench.standIn.inject({ kind: 'status', status: 404 }, { calls: 1 });
    expect(await sink.send([bench.record('one'), bench.record('two')])).toMatchObject({
      answer: 'each',
      outcomes: [{ result: 'absent' }, { result: 'delivered' }],
    });
    expect(bench.heldOf('two')).toMatchObject({ in_dunning: true });
  });
});
