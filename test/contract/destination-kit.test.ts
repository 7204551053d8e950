import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TOOLS } from '../../destinations/index.ts';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { type ActionsCore, loadCore } from '../../src/destination-kit/core.ts';
import type { Tool } from '../../src/destination-kit/define-tool.ts';
import { BodyTooLarge, toFailure } from '../../src/destination-kit/failure.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import type { BatchAnswer } from '../../src/destination-kit/sink.ts';
import { NOW, toolRecord } from './tool-records.ts';
import { json, startToolServer, type ToolServer } from './tool-server.ts';
import { toyTool } from './toy-tool.ts';

type Destination = InstanceType<ActionsCore['Destination']>;

let server: ToolServer;
beforeAll(async () => {
  server = await startToolServer(json(200, {}));
});
afterAll(() => server.close());

const sinkOf = (tool: Tool) =>
  makeActionsSink(tool, tool.credentials({ token: 'secret-token', endpoint: server.endpoint }), { now: () => NOW });
const send = (tool: Tool): Promise<BatchAnswer> => sinkOf(tool).send([toolRecord('user_1'), toolRecord('user_2')]);

describe('a tool that would lose every record in silence is refused at the start', () => {
  it.each<[string, Tool, RegExp]>([
    ['a subscription that cannot be parsed', toyTool({ preset: { subscribe: 'type =' } }), /would deliver nothing/],
    ['one that is parsed to nonsense', toyTool({ preset: { subscribe: 'type = = "x"' } }), /would deliver nothing/],
    ['one for other events', toyTool({ preset: { subscribe: 'type = "track"' } }), /would deliver nothing/],
    ['a preset for another action', toyTool({ preset: { partnerAction: 'post' } }), /no automatic preset/],
    ['no preset', toyTool({ definition: { presets: [] } }), /no automatic preset/],
    ['an action that takes no batches', toyTool({ batches: false }), /no batches/],
  ])('%s', (_case, tool, message) => {
    expect(() => sinkOf(tool)).toThrow(message);
    expect(() => makeRecorderSink(tool)).toThrow(message);
  });

  it('a name that the framework takes for a broken address', () => {
    expect(() => toyTool({ definition: { name: 'Toy (Actions)' } })).toThrow(/Toy \(Actions\)/);
    expect(() => toyTool({ tool: { key: 'Toy' } })).toThrow(/key of a tool/);
  });

  it('a setting that is not valid, without telling its value', () => {
    const tool = toyTool();
    const open = () =>
      makeActionsSink(tool, tool.credentials({ token: 't', endpoint: 'no address' }), { now: () => NOW });
    expect(open).toThrow('The setting endpoint of toy is not valid.');
  });
});

describe('a throw inside the action is an answer', () => {
  const throwing = (error: unknown): Tool =>
    toyTool({
      action: {
        performBatch: () => {
          throw error;
        },
      },
    });

  it('that may have been applied, when its cause is not known', async () => {
    expect(await send(throwing(new TypeError('x is not a function')))).toEqual({
      answer: 'unknown',
      reason: 'no answer (TypeError)',
    });
    expect(await send(throwing('text'))).toMatchObject({ answer: 'unknown' });
  });

  it('in the framework’s own words: 401 stops, 400 refuses', async () => {
    const { InvalidAuthenticationError, PayloadValidationError } = loadCore();
    expect(await send(throwing(new InvalidAuthenticationError('token expired')))).toMatchObject({ answer: 'stopped' });
    expect(await send(throwing(new PayloadValidationError('no id')))).toEqual({
      answer: 'refused',
      reason: 'no id',
      tooLarge: false,
    });
  });

  it('without the key or an address, whatever the message quotes', async () => {
    const { InvalidAuthenticationError } = loadCore();
    const answer = await send(
      throwing(new InvalidAuthenticationError('secret-token refused for ann@example.com at https://x.io/?k=1')),
    );
    expect(answer).toEqual({ answer: 'stopped', reason: '… refused for … at …' });
  });
});

describe('failures of the network', () => {
  const failure = (code: string): Error => Object.assign(new Error('request to https://secret.host failed'), { code });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED'])('%s took nothing', (code) => {
    expect(toFailure(failure(code))).toEqual({ answer: 'unavailable', reason: `cannot connect (${code})` });
  });

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'])('%s may have been applied', (code) => {
    expect(toFailure(failure(code))).toEqual({ answer: 'unknown', reason: `no answer (${code})` });
  });

  it('a body over the limit is halved', () => {
    expect(toFailure(new BodyTooLarge(11, 10))).toMatchObject({ answer: 'refused', tooLarge: true });
  });
});

describe('a record that the action cannot take', () => {
  const needy = toyTool({
    preset: { partnerAction: 'put' },
    action: {
      fields: {
        id: { label: 'Id', description: 'Who.', type: 'string', required: true },
        state: {
          label: 'State',
          description: 'What.',
          type: 'object',
          required: true,
          properties: { plan: { label: 'Plan', type: 'string', required: true } },
          additionalProperties: true,
        },
      },
    },
  });

  it('is refused alone and in its place, also by the recorder', async () => {
    const good = toolRecord('user_1', { attributes: { plan: 'pro' } });
    const bad = toolRecord('user_2', { attributes: { other: 1 } });
    const before = server.seen.length;
    const sent = await sinkOf(needy).send([good, bad, good]);
    const recorded = await makeRecorderSink(needy).send([good, bad, good]);
    const results = (answer: BatchAnswer) =>
      answer.answer === 'each' ? answer.outcomes.map(({ result }) => result) : [];
    expect(results(sent)).toEqual(['delivered', 'rejected', 'delivered']);
    expect(results(recorded)).toEqual(['recorded', 'rejected', 'recorded']);
    expect(JSON.parse(server.seen[before]?.body ?? '')).toHaveLength(2);
  });

  it('is judged by its own tool, though another has the same name and title', async () => {
    expect(await send(toyTool())).toMatchObject({ outcomes: [{ result: 'delivered' }, { result: 'delivered' }] });
    expect(await send(needy)).toMatchObject({ outcomes: [{ result: 'rejected' }, { result: 'rejected' }] });
    expect(await send(toyTool())).toMatchObject({ outcomes: [{ result: 'delivered' }, { result: 'delivered' }] });
  });
});

describe('a long life', () => {
  it('keeps no answers: the framework would keep each for ever', async () => {
    const onBatch = vi.spyOn(loadCore().Destination.prototype, 'onBatch');
    const sink = sinkOf(toyTool());
    for (let call = 0; call < 20; call++) await sink.send([toolRecord('user_1')]);
    expect(onBatch.mock.contexts).toHaveLength(20);
    const kept = onBatch.mock.contexts.map((destination) => (destination as Destination).responses.length);
    expect(kept).toEqual(Array(20).fill(1));
    onBatch.mockRestore();
  });
});

describe('an answer of a megabyte', () => {
  it('is read to its end, though the tool did not think of it', async () => {
    server.answerWith(json(400, { message: 'no', page: 'x'.repeat(1_000_000) }));
    expect(await send(toyTool())).toEqual({ answer: 'refused', reason: 'status 400: no', tooLarge: false });
    server.answerWith(json(200, {}));
  });
});

describe('fewer objects than the tool takes', () => {
  it('are a setting, which can only lower the limit', () => {
    const tool = toyTool();
    const limit = (objects: number) => makeRecorderSink(tool, { objects }).limits.objects;
    expect([limit(3), limit(300)]).toEqual([3, 10]);
  });
});

it('every tool has a key of its own', () => {
  const keys = TOOLS.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
