import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SegmentSinkOptions } from '../../src/segment/segment-sink.ts';
import { type SegmentStandIn, startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { call, calls, makeSink, NOW, results, WRITE_KEY } from './segment-calls.ts';

let segment: SegmentStandIn;
beforeEach(async () => {
  segment = await startSegmentStandIn(WRITE_KEY);
});
afterEach(async () => segment.close());

const sinkFor = (options: Partial<SegmentSinkOptions> = {}) => makeSink(segment, options);

describe('what an answer means', () => {
  const answerTo = async (status: number, headers: Readonly<Record<string, string>> = {}) => {
    segment.script({ kind: 'status', status, headers });
    return (await sinkFor().send([call(1)]))[0];
  };

  test.each([408, 429, 500, 501, 502, 503, 504, 511])('%i: again later, and the batch behind waits', async (status) => {
    segment.script({ kind: 'status', status });
    const outcomes = await sinkFor().send(calls(3_000));
    expect(new Set(results(outcomes))).toEqual(new Set(['retry']));
    expect(segment.requests).toHaveLength(1);
    expect(segment.messages.size).toBe(0);
  });

  test.each([301, 302, 304, 307])(
    '%i is not delivered and not followed, though the SDK counts it as success',
    async (status) => {
      expect(await answerTo(status, { location: `${segment.url}/elsewhere` })).toMatchObject({ result: 'stopped' });
      expect(segment.requests).toHaveLength(1);
    },
  );

  test.each([401, 403])('%i stops the sink and names the key, not the calls', async (status) => {
    const outcome = await answerTo(status);
    expect(outcome).toMatchObject({ result: 'stopped', reason: expect.stringContaining('SEGMENT_WRITE_KEY') });
    expect(JSON.stringify(outcome)).not.toContain(WRITE_KEY);
  });

  test('a wrong write key is noticed', async () => {
    expect(await sinkFor({ writeKey: 'wk_other' }).send([call(1)])).toMatchObject([{ result: 'stopped' }]);
  });

  test('404 stops the sink and names the host: a mistyped host must not kill the whole outbox', async () => {
    expect(await answerTo(404)).toMatchObject({ result: 'stopped', reason: expect.stringContaining('SEGMENT_HOST') });
  });

  const afterSeconds = (seconds: number) => ({ result: 'retry', at: NOW + seconds * 1_000 });
  test.each([
    ['7', 7],
    ['0', 1],
    ['86400', 3_600],
    [new Date(NOW + 90_000).toUTCString(), 90],
    [new Date(NOW - 90_000).toUTCString(), 1],
    [new Date(NOW + 86_400_000).toUTCString(), 3_600],
  ])('Retry-After %s waits %i seconds', async (header, seconds) => {
    expect(await answerTo(429, { 'retry-after': header })).toMatchObject(afterSeconds(seconds));
    expect(await answerTo(503, { 'retry-after': header })).toMatchObject(afterSeconds(seconds));
  });

  test.each(['-5', 'soon', '1.5', '2026'.repeat(9), ''])(
    'Retry-After "%s" is ignored: within the backoff',
    async (header) => {
      const outcome = await answerTo(429, { 'retry-after': header });
      const seconds = header.startsWith('2026') ? 3_600 : 0.5;
      expect(outcome).toMatchObject(afterSeconds(seconds));
    },
  );

  test('without Retry-After the wait doubles from 1 s to 300 s, under full jitter, and starts anew after a success', async () => {
    const sink = sinkFor({ random: () => 0.999_999 });
    const waits: number[] = [];
    for (let failure = 0; failure < 11; failure += 1) {
      segment.script({ kind: 'status', status: 500 });
      const [outcome] = await sink.send([call(1)]);
      if (outcome?.result === 'retry') waits.push(Math.round((outcome.at - NOW) / 1_000));
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(await sink.send([call(1)])).toMatchObject([{ result: 'delivered' }]);
    segment.script({ kind: 'status', status: 500 });
    expect(await sink.send([call(2)])).toMatchObject([{ result: 'retry', at: NOW + 999 }]);
  });

  test('the SDK adds no retry of its own: one request for one send', async () => {
    await answerTo(500);
    await answerTo(429, { 'retry-after': '1' });
    expect(segment.requests).toHaveLength(2);
  });

  test('large error pages are read to the end, so that the connection is used again', async () => {
    const sink = sinkFor();
    for (let index = 0; index < 5; index += 1) {
      segment.script({ kind: 'status', status: 502, body: 'x'.repeat(300_000) });
      await sink.send([call(index)]);
    }
    expect(segment.connections()).toBe(1);
  });
});

describe('no answer', () => {
  test('a refused connection is tried again later: nothing was sent', async () => {
    await segment.close();
    expect(await sinkFor().send([call(1)])).toMatchObject([
      { result: 'retry', reason: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  test.each(['hang', 'reset'] as const)(
    '%s after Segment took the calls is unknown, and repeating it adds no id',
    async (kind) => {
      segment.script({ kind, apply: true });
      const sink = sinkFor({ timeoutMs: 500 });
      const two = [call(1), call(2)];
      expect(results(await sink.send(two))).toEqual(['unknown', 'unknown']);
      expect(results(await sink.send(two))).toEqual(['delivered', 'delivered']);
      expect(segment.messages.size).toBe(2);
      expect(segment.arrivals).toEqual(['m1', 'm2', 'm1', 'm2']);
    },
  );

  test('calls behind one without an answer are not sent before it', async () => {
    segment.script({ kind: 'hang', apply: true });
    const outcomes = await sinkFor({ timeoutMs: 500 }).send(calls(2_600));
    expect(outcomes[0]).toMatchObject({ result: 'unknown' });
    expect(outcomes.at(-1)).toMatchObject({ result: 'retry' });
    expect(segment.requests).toHaveLength(1);
  });
});

describe('a batch that Segment refuses for its content', () => {
  test.each([400, 413])('%i for one call is its rejection', async (status) => {
    segment.script({ kind: 'status', status });
    expect(await sinkFor().send([call(1)])).toMatchObject([{ result: 'rejected' }]);
  });

  test('is halved until the culprits stand alone; the others arrive once and in order', async () => {
    segment.refuse(({ messageId }) => messageId === 'm37' || messageId === 'm900');
    const outcomes = await sinkFor().send(calls(1_000));
    const rejected = outcomes.flatMap(({ result }, index) => (result === 'rejected' ? [index] : []));
    expect(rejected).toEqual([37, 900]);
    expect(segment.arrivals).toEqual(
      calls(1_000)
        .map(({ messageId }) => messageId)
        .filter((id) => id !== 'm37' && id !== 'm900'),
    );
    expect(segment.requests.length).toBeLessThan(45);
  });

  test('keeps what was already taken when Segment fails half way', async () => {
    segment.refuse(({ messageId }) => messageId === 'm0');
    const unharmed = { kind: 'slow', ms: 0 } as const;
    segment.script(unharmed, unharmed, unharmed, unharmed);
    segment.script({ kind: 'status', status: 503 });
    const outcomes = await sinkFor().send(calls(4));
    expect(results(outcomes)).toEqual(['rejected', 'delivered', 'retry', 'retry']);
  });
});
