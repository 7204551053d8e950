import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeActionsSink } from '../../src/destination-kit/actions-sink.ts';
import type { RecordedRequest, Tool, ToolSettings } from '../../src/destination-kit/define-tool.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';
import { NOW, toolRecord } from './tool-records.ts';
import { type Answering, json, startToolServer, type ToolServer } from './tool-server.ts';

export interface ToolUnderTest {
  readonly tool: Tool;
  /** Settings with this key and a server's address. */
  readonly settings: (apiKey: string, endpoint: string) => ToolSettings;
  /** How the tool takes everything. */
  readonly taking: Answering;
}

const KEY = 'key-that-nobody-may-see';
const RECORDS = [toolRecord('user_1'), toolRecord('user_2', { events: [] }), toolRecord('user_3', { attributes: {} })];

/** What every tool has to keep, whatever its API looks like. */
export const describeTool = ({ tool, settings, taking }: ToolUnderTest): void => {
  let server: ToolServer;
  beforeAll(async () => {
    server = await startToolServer(taking);
  });
  afterAll(() => server.close());

  const sinkAt = (endpoint: string, timeoutMs = 5_000) =>
    makeActionsSink(tool, settings(KEY, endpoint), { now: () => NOW, timeoutMs });
  const answerTo = (answering: Answering, timeoutMs?: number) => {
    server.answerWith(answering);
    return sinkAt(server.endpoint, timeoutMs).send(RECORDS);
  };

  describe('what is taken', () => {
    it('has one outcome for each record, in their order', async () => {
      const answer = await answerTo(taking);
      expect(answer).toEqual({
        answer: 'each',
        outcomes: RECORDS.map(() => ({ result: 'delivered', warning: null })),
      });
    });

    it('is nothing, and no request, when there is nobody to send', async () => {
      const before = server.seen.length;
      expect(await sinkAt(server.endpoint).send([])).toEqual({ answer: 'each', outcomes: [] });
      expect(server.seen).toHaveLength(before);
    });

    it('is told to each of two calls under way at once', async () => {
      server.answerWith((response, request) => {
        if (request.body.includes('user_late')) setTimeout(() => taking(response, request), 30);
        else json(503, {})(response, request);
      });
      const sink = sinkAt(server.endpoint);
      const [late, soon] = await Promise.all([sink.send([toolRecord('user_late')]), sink.send(RECORDS)]);
      expect([late.answer, soon.answer]).toEqual(['each', 'unavailable']);
    });

    it('is waited for at the end', async () => {
      let answered = false;
      server.answerWith((response, request) => {
        setTimeout(() => {
          answered = true;
          taking(response, request);
        }, 30);
      });
      const sink = sinkAt(server.endpoint);
      const call = sink.send(RECORDS);
      await sink.close();
      expect(answered).toBe(true);
      await call;
    });
  });

  describe('what is not answered', () => {
    it('was never taken when there was no connection', async () => {
      const gone = await startToolServer(taking);
      await gone.close();
      expect(await sinkAt(gone.endpoint).send(RECORDS)).toMatchObject({ answer: 'unavailable' });
    });

    it.each<[string, Answering]>([
      ['when nothing comes back in time', () => {}],
      ['when the body stops half way', (response) => void response.writeHead(200).write('{"half":')],
      ['when the connection is reset', (response) => void response.socket?.destroy()],
      ['when the answer is a page', (response) => void response.writeHead(200).end('<html>a proxy</html>')],
      ['on a status 502', json(502, {})],
    ])('may have been taken %s', async (_case, answering) => {
      expect(await answerTo(answering, 150)).toMatchObject({ answer: 'unknown' });
    });

    it('does not hang on an answer of a megabyte', async () => {
      const answer = await answerTo(json(400, { message: 'no', page: 'x'.repeat(1_000_000) }));
      expect(answer).toMatchObject({ answer: 'refused', tooLarge: false });
    });
  });

  describe('a redirect', () => {
    it('is not followed: the key stays here, and a person reads the address', async () => {
      const elsewhere = await startToolServer(taking);
      const answer = await answerTo((response) => {
        response.writeHead(307, { location: elsewhere.endpoint }).end();
      });
      expect(answer).toMatchObject({ answer: 'stopped' });
      expect(elsewhere.seen).toEqual([]);
      await elsewhere.close();
    });
  });

  describe('a body over the limit', () => {
    it('is not sent, and said to be too large', async () => {
      server.answerWith(taking);
      const before = server.seen.length;
      // Two bytes a letter: bytes are what counts.
      const notes = Array.from({ length: tool.limits.bytes / 200 }, (_, each) => [`note_${each}`, 'é'.repeat(100)]);
      const long = toolRecord('user_long', { attributes: Object.fromEntries(notes) });
      expect(await sinkAt(server.endpoint).send([long])).toMatchObject({ answer: 'refused', tooLarge: true });
      expect(server.seen).toHaveLength(before);
    });
  });

  describe('the key', () => {
    it.each([400, 401, 403, 404, 429, 500, 503])(
      'is in no answer, though the tool quotes it with %i',
      async (status) => {
        const answer = await answerTo(json(status, { message: `bad call with Bearer ${KEY}` }));
        expect(JSON.stringify(answer)).not.toContain(KEY);
        expect(answer.answer).not.toBe('each');
      },
    );

    it('stops the tool when it is refused', async () => {
      expect(await answerTo(json(401, { message: 'Invalid API key' }))).toMatchObject({ answer: 'stopped' });
    });

    it('is needed at the start, not at the first record', () => {
      expect(() => makeActionsSink(tool, settings('', server.endpoint), { now: () => NOW })).toThrow(/is missing/);
    });
  });

  describe('its recorder', () => {
    it('makes the same requests byte for byte, and sends none', async () => {
      await answerTo(taking);
      const sent = server.seen.at(-1);
      const before = server.seen.length;
      const recorded: RecordedRequest[] = [];
      const recorder = makeRecorderSink(tool, {
        onRequest: (request) => recorded.push(request),
        settings: settings(KEY, server.endpoint),
      });
      expect(await recorder.send(RECORDS)).toEqual({
        answer: 'each',
        outcomes: RECORDS.map(() => ({ result: 'recorded' })),
      });
      expect(recorded).toEqual([{ method: sent?.method, url: `${server.endpoint}${sent?.path}`, body: sent?.body }]);
      expect(JSON.stringify(recorded)).not.toContain(KEY);
      expect(server.seen).toHaveLength(before);
    });

    it('has the limits of the tool', () => {
      const recorder = makeRecorderSink(tool);
      const sink = sinkAt(server.endpoint);
      expect(recorder.limits).toEqual(sink.limits);
      expect(RECORDS.map(recorder.objectsOf)).toEqual(RECORDS.map(sink.objectsOf));
    });
  });
};
