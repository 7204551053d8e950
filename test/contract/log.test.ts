import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Log, type LogLevel, makeLog } from '../../src/config/log.ts';
import { toSecret } from '../../src/config/secret.ts';
import { RecoupError } from '../../src/domain/errors.ts';
import { instant } from '../../src/domain/instant.ts';
import { makeWebhookLog } from '../../src/http/webhook-log.ts';
import { makeToolPauses } from '../../src/pipeline/tools/tool-pauses.ts';

const capture = (
  level: LogLevel = 'debug',
): { readonly log: Log; readonly text: () => string; readonly lines: () => unknown[] } => {
  let text = '';
  const write = (chunk: string): void => {
    text += chunk;
  };
  return {
    log: makeLog(level, { write }),
    text: () => text,
    lines: () =>
      text
        .trimEnd()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
};

describe('the log', () => {
  it('writes one JSON object per line with level, time and message', () => {
    const { log, lines } = capture();
    log.warn({ provider: 'stripe', count: 2 }, 'something happened');
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        provider: 'stripe',
        count: 2,
        msg: 'something happened',
      },
    ]);
  });

  it('says which tool a line is about', () => {
    const { log, lines } = capture();
    const pauses = makeToolPauses({ tool: 'braze', channel: 'live', random: () => 0, log });
    pauses.note({ answer: 'stopped', reason: 'status 401' }, instant(0));
    expect(lines()).toMatchObject([{ level: 'error', tool: 'braze', channel: 'live', reason: 'status 401' }]);
  });

  it('drops every field that is not on the allow-list, however it is called', () => {
    const { log, text } = capture();
    const payload = {
      email: 'canary@example.com',
      headers: { authorization: 'canary' },
      rawBody: 'canary',
      name: 'canary',
    };
    log.error({ ...payload, provider: payload, reason: ['canary'] }, 'x');
    expect(text()).not.toContain('canary');
  });

  it('tells of an unknown error its name, code and place, and not the message: it may quote a body', () => {
    const { log, text } = capture();
    try {
      JSON.parse('{"email": canary@example.com}');
    } catch (error) {
      log.error({ error }, 'x');
    }
    log.error({ error: Object.assign(new TypeError('canary\n    of two lines'), { code: 'E_X' }) }, 'x');
    log.error({ error: 'canary' }, 'x');
    expect(text()).not.toContain('canary');
    expect(text()).toContain('"code":"E_X"');
    expect(text()).toContain('log.test.ts');
  });

  it('tells the message of an error of the registry', () => {
    const { log, text } = capture();
    log.error({ error: new RecoupError('store_url') }, 'x');
    expect(text()).toContain('DATABASE_URL is not understood');
  });

  it('cannot be made to forge a line or to drive a terminal', () => {
    const { log, text, lines } = capture();
    log.info({ eventId: 'evt\n{"level":"fatal"}\u001b]0;pwn\u0007\u009b31m\u007f', reason: 'x'.repeat(100_000) }, 'x');
    expect(lines()).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text().trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(text().length).toBeLessThan(1_000);
  });

  it('is as quiet as it is told to be', () => {
    const { log, text } = capture('error');
    log.debug({}, 'x');
    log.info({}, 'x');
    log.warn({}, 'x');
    expect(text()).toBe('');
  });
});

describe('a secret', () => {
  it('prints as [redacted] in every way that text is made, and tells its value only when asked', () => {
    const secret = toSecret('canary');
    const printed = [
      `${secret}`,
      String(secret),
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ secret }, { depth: 9, showHidden: true }),
    ];
    for (const text of printed) expect(text).toContain('[redacted]');
    expect(printed.join()).not.toContain('canary');
    expect(secret.reveal()).toBe('canary');
  });
});

describe('webhooks in the log', () => {
  it('become one line in ten seconds per kind of trouble, with a count of those left out', () => {
    const { log, lines } = capture();
    let now = 0;
    const { report } = makeWebhookLog(log, { now: () => instant(now) });
    for (let n = 0; n < 1_000; n += 1)
      report({ provider: 'stripe', outcome: 'refused', reason: 'no signature matches' });
    report({ provider: 'stripe', outcome: 'failed', reason: null, error: new Error('disk') });
    now = 10_000;
    report({ provider: 'stripe', outcome: 'refused', reason: 'no signature matches' });
    expect(lines()).toMatchObject([
      { level: 'warn', provider: 'stripe', reason: 'no signature matches' },
      { level: 'error', provider: 'stripe', error: { name: 'Error' } },
      { level: 'warn', suppressed: 999 },
    ]);
  });

  it('are counted to the end: those left out are told when webhooks are taken again, or when the relay stops', () => {
    const { log, lines } = capture();
    let now = 0;
    const { report, flush } = makeWebhookLog(log, { now: () => instant(now) });
    const busy = (times: number): void => {
      for (let n = 0; n < times; n += 1) report({ provider: 'stripe', outcome: 'busy', reason: null });
    };
    const well = (): void => report({ provider: 'stripe', outcome: 'stored', reason: null });
    busy(5);
    now = 9_999;
    well();
    expect(lines()).toHaveLength(1);
    now = 10_000;
    well();
    well();
    expect(lines()).toMatchObject([{ level: 'warn' }, { level: 'warn', provider: 'stripe', suppressed: 4 }]);
    busy(3);
    flush();
    flush();
    expect(lines()).toHaveLength(4);
    expect(lines().at(-1)).toMatchObject({ suppressed: 2 });
  });

  it('are silent while all is well', () => {
    const { log, text } = capture();
    const { report } = makeWebhookLog(log, { now: () => instant(0) });
    for (const outcome of ['stored', 'duplicate', 'ignored', 'off'] as const)
      report({ provider: 'stripe', outcome, reason: null });
    expect(text()).toBe('');
  });
});
