import { afterEach, describe, expect, it } from 'vitest';
import type { ToolSettings } from '../../src/destination-kit/define-tool.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { TOOL_BENCHES } from '../stand-ins/tool-benches.ts';
import { NOW } from './tool-records.ts';
import { json, startToolServer } from './tool-server.ts';

/** What is asked is answered by the vendor; Slack and a webhook have no question that changes nothing. */
const ASKED = Object.entries(TOOL_BENCHES).filter(([key]) => key !== 'slack' && key !== 'webhook');
const TIMEOUT_MS = 2_000;

let bench: ToolBench;
afterEach(() => bench?.standIn.close());

/** The bench's settings, with another server in the vendor's place. */
const settingsAt = (url: string): ToolSettings =>
  Object.fromEntries(
    Object.entries(bench.settings).map(([name, value]) => [name, value === bench.standIn.url ? url : value]),
  );

describe.each(ASKED)('the credentials of %s', (_key, openBench) => {
  const check = (settings = bench.settings, timeoutMs = TIMEOUT_MS) =>
    bench.tool.checkCredentials?.(settings, timeoutMs);

  it('are refused where the tool says so', async () => {
    bench = await openBench({ now: () => NOW });
    expect(await check()).toEqual({ ok: true });
    const refused = await check(bench.badSettings);
    expect(refused).toMatchObject({ ok: false, reason: expect.any(String) });
    expect(refused).not.toMatchObject({ unanswered: true });
  });

  it.each([429, 500, 503])('are not refused by an answer of status %i', async (status) => {
    bench = await openBench({ now: () => NOW });
    const server = await startToolServer(json(status, {}));
    expect(await check(settingsAt(server.endpoint))).toEqual({
      ok: false,
      reason: expect.any(String),
      unanswered: true,
    });
    expect(server.seen.length).toBeGreaterThan(0);
    await server.close();
  });

  it('are not refused where nobody listens', async () => {
    bench = await openBench({ now: () => NOW });
    const { settings } = bench;
    await bench.standIn.close();
    expect(await check(settings)).toEqual({ ok: false, reason: expect.stringContaining('connect'), unanswered: true });
    bench = await openBench({ now: () => NOW });
  });
});

it.each([
  [403, 'REQUEST_LIMIT_EXCEEDED', true],
  [403, 'API_DISABLED_FOR_ORG', false],
])('what Salesforce says after the login counts as well: status %i, %s', async (status, errorCode, unanswered) => {
  bench = await TOOL_BENCHES.salesforce({ now: () => NOW });
  const server = await startToolServer((response, request) => {
    const token = { access_token: '00D000000000001!token', instance_url: server.endpoint };
    const isLogin = request.path.startsWith('/services/oauth2/token');
    (isLogin ? json(200, token) : json(status, [{ errorCode, message: 'No.' }]))(response, request);
  });
  expect(await bench.tool.checkCredentials?.(settingsAt(server.endpoint), TIMEOUT_MS)).toMatchObject({
    ok: false,
    reason: expect.stringContaining(errorCode),
    unanswered,
  });
  await server.close();
});
