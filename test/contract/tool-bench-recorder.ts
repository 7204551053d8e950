import { expect, it } from 'vitest';
import type { RecordedRequest, Tool, ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { secretsOf } from '../../src/destination-kit/redact.ts';
import type { BenchRig } from './tool-bench.ts';
import { secretsSeen } from './tool-bench-secrets.ts';

/** The first request in which a recorder and its tool are compared, without the address. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

const toAsked = ({ method, url, body }: RecordedRequest): Asked => {
  const { pathname, search } = new URL(url);
  return { method, path: `${pathname}${search}`, body: body === '' ? null : JSON.parse(body) };
};

/** A recorder is given no secret: what a password field holds is left to its own harmless ones. */
const withoutSecrets = (tool: Tool, settings: ToolSettings): ToolSettings => {
  const fields = tool.definition.authentication?.fields ?? {};
  return Object.fromEntries(Object.entries(settings).filter(([name]) => fields[name]?.type !== 'password'));
};

/** Without credentials the same requests are made, and none is sent. */
export const describeRecorder = (rig: BenchRig): void => {
  const record = async (records = rig.fresh(2)) => {
    const recorded: RecordedRequest[] = [];
    const { tool } = rig.bench;
    const settings = withoutSecrets(tool, rig.bench.settings);
    const recorder = makeRecorderSink(tool, { onRequest: (request) => recorded.push(request), settings });
    const before = rig.bench.standIn.requests.length;
    const answer = await recorder.send(records);
    expect(rig.bench.standIn.requests.length, 'nothing was sent').toBe(before);
    return { records, recorded, answer };
  };

  it('takes every record for good', async () => {
    const { answer, records, recorded } = await record();
    expect(answer).toEqual({ answer: 'each', outcomes: records.map(() => ({ result: 'recorded' })) });
    expect(recorded.length).toBeGreaterThan(0);
  });

  it('begins with the request with which the tool begins', async () => {
    const { records, recorded } = await record();
    const before = rig.bench.standIn.requests.length;
    await rig.sink.send(records);
    const [first] = recorded.map(toAsked);
    const [sent] = rig.bench.standIn.requests.slice(before);
    const { settings, standIn } = rig.bench;
    const isAddressSecret = secretsOf(rig.bench.tool, settings).some((secret) => secret.startsWith(standIn.url));
    expect({ method: sent?.method, body: sent?.body }).toEqual({ method: first?.method, body: first?.body });
    if (!isAddressSecret) expect(sent?.path).toBe(first?.path);
  });

  it('holds no secret', async () => {
    const secrets = await secretsSeen(rig);
    const told = JSON.stringify((await record()).recorded);
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  });

  it('makes its requests with no settings at all', async () => {
    const records = rig.fresh(1);
    const recorder = makeRecorderSink(rig.bench.tool);
    expect(await recorder.send(records)).toEqual({ answer: 'each', outcomes: [{ result: 'recorded' }] });
  });

  it('has the limits of the tool', () => {
    const recorder = makeRecorderSink(rig.bench.tool);
    const records = rig.fresh(3);
    expect(recorder.limits).toEqual(rig.sink.limits);
    expect(records.map(recorder.objectsOf)).toEqual(records.map(rig.sink.objectsOf));
  });
};
