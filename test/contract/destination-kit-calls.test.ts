import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import { NOW, toolRecord } from './tool-records.ts';
import { type Answering, json, startToolServer, type ToolServer } from './tool-server.ts';
import { toyTool } from './toy-tool.ts';

/** What every call keeps, whichever tool makes it: calls at once, the end of a sink, and answers that break off. */

const RECORDS = [toolRecord('user_1'), toolRecord('user_2')];
const taking = json(200, {});

let server: ToolServer;
beforeAll(async () => {
  server = await startToolServer(taking);
});
afterAll(() => server.close());

const sinkAt = (timeoutMs = 5_000) => {
  const tool = toyTool();
  return makeActionsSink(tool, tool.credentials({ token: 't', endpoint: server.endpoint }), {
    now: () => NOW,
    timeoutMs,
  });
};
const later =
  (then: Answering): Answering =>
  (response, request) =>
    void setTimeout(() => then(response, request), 30);

it('each of two calls under way at once is told its own answer', async () => {
  server.answerWith((response, request) => {
    const isLate = request.body.includes('user_late');
    (isLate ? later(taking) : json(503, {}))(response, request);
  });
  const sink = sinkAt();
  const [late, soon] = await Promise.all([sink.send([toolRecord('user_late')]), sink.send(RECORDS)]);
  expect([late.answer, soon.answer]).toEqual(['each', 'unavailable']);
});

it('the end waits for the call under way', async () => {
  let answered = false;
  server.answerWith(
    later((response, request) => {
      answered = true;
      taking(response, request);
    }),
  );
  const sink = sinkAt();
  const call = sink.send(RECORDS);
  await sink.close();
  expect(answered).toBe(true);
  await call;
});

it.each<[string, Answering]>([
  ['whose body stops half way', (response) => void response.writeHead(200).write('{"half":')],
  ['that was reset', (response) => void response.socket?.destroy()],
])('a call %s may have been taken', async (_case, answering) => {
  server.answerWith(answering);
  expect(await sinkAt(150).send(RECORDS)).toMatchObject({ answer: 'unknown' });
});

it('a long word of a tool is read in no time', async () => {
  server.answerWith(json(400, { message: `${'x'.repeat(1_000_000)}@example.com` }));
  const answer = await sinkAt().send(RECORDS);
  expect(answer).toMatchObject({ answer: 'refused' });
  expect(JSON.stringify(answer)).not.toContain('example.com');
});
