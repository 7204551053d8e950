import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDIENCES } from '../../audiences/index.ts';
import { SILENT_LOG } from '../../src/config/log.ts';
import { toSecret } from '../../src/config/secret.ts';
import { earliest, type Instant } from '../../src/domain/instant.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { makeMetrics } from '../../src/http/metrics.ts';
import { CHURNKEY_SIGNATURE_HEADER, signChurnkey } from '../../src/interventions/churnkey/sign.ts';
import { RECOVERY_TOOLS } from '../../src/interventions/index.ts';
import { openDoor } from '../../src/main-door.ts';
import { openGuard } from '../../src/main-guard.ts';
import { openTools } from '../../src/main-tools.ts';
import { type Engine, makeEngine } from '../../src/pipeline/engine.ts';
import { intervene } from '../../src/pipeline/interventions/intervene.ts';
import type { SegmentCall, SegmentSink } from '../../src/pipeline/ports.ts';
import { makeReceiver } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { SIGNATURE_HEADER, signStripe } from '../../src/providers/stripe/sign.ts';
import { makeRecorderSink } from '../../src/segment/recorder-sink.ts';
import { makeSegmentSink } from '../../src/segment/segment-sink.ts';
import { makeVirtualClock } from '../../src/simulate/time-machine.ts';
import { startSegmentStandIn } from '../../src/simulate/vendors/segment.ts';
import { openStore } from '../../src/store/index.ts';
import { DAY_0 } from '../scenario/harness.ts';
import type { Release, ToolsRelay } from '../scenario/tools-relay.ts';
import { startToolStandIns, VENDORS } from '../scenario/tools-stand-ins.ts';
import { readShippedPolicy } from '../shipped-policy.ts';

/** The relay as people run it, seen from outside: every input comes and every answer goes over HTTP. */
export interface OutsideRelay extends ToolsRelay {
  /** Stores signed webhooks through the door, and decides nothing. */
  readonly take: ToolsRelay['take'];
  /** A webhook of another recovery tool, signed or with its secret. */
  readonly claim: (tool: 'churnkey' | 'churn-buster', body: object) => Promise<number>;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  /** As an operator, unless with another token. */
  readonly post: (path: string, body: object, token?: string) => Promise<Response>;
  /** The same as `take`, of so many that they come side by side, in any order. */
  readonly takeMany: (rawBodies: readonly string[], now: Instant) => Promise<void>;
  /** The store fails for whoever asks the guard from here on. */
  readonly closeGuard: () => Promise<void>;
}

export interface OutsideOptions {
  readonly policy?: Partial<Policy>;
  /** False: observe mode, nothing leaves. */
  readonly enforces?: boolean;
  /** False: the tools are not read back. */
  readonly readsBack?: boolean;
}

export const GUARD_TOKEN = 'guard-token-0123456789-abcdef';
const API_TOKEN = 'api-token-0123456789-abcdef';
const SECRETS: Readonly<Record<string, string>> = {
  stripe: 'whsec_outside',
  churnkey: 'ck_outside',
  'churn-buster': 'cb_outside',
};
const WRITE_KEY = 'wk_outside';
/** Steps that one instant may take. */
const LONGEST = 3_000;
/** Webhooks side by side. */
const AT_ONCE = 50;

/** On a store on disk, with the audiences and the policy that Recoup comes with; the sample of read-backs is off. */
export const openOutsideRelay = async (options: OutsideOptions = {}): Promise<OutsideRelay> => {
  const clock = makeVirtualClock(DAY_0);
  const folder = mkdtempSync(join(tmpdir(), 'recoup-outside-'));
  const databaseUrl = `sqlite:${join(folder, 'recoup.db')}`;
  const [standIns, segmentStandIn, store] = await Promise.all([
    startToolStandIns(clock.now),
    startSegmentStandIn(WRITE_KEY),
    openStore(databaseUrl, { lock: true, namespace: 'test' }),
  ]);
  let policy: Policy = { ...readShippedPolicy(), verify: { samplePerHour: 0 }, ...options.policy };
  let live: readonly string[] = options.enforces === false ? [] : VENDORS;
  let segmentIsLive = options.enforces ?? true;
  const segment: SegmentCall[] = [];
  const seen = new Set<string>();
  const random = () => 0.5;
  const transport = makeSegmentSink({ clock, random, writeKey: WRITE_KEY, host: segmentStandIn.url });
  const sink: SegmentSink = {
    ...transport,
    send: async (calls) => {
      const outcomes = await transport.send(calls);
      for (const call of calls) {
        if (!segmentStandIn.messages.has(call.messageId) || seen.has(call.messageId)) continue;
        seen.add(call.messageId);
        segment.push(call);
      }
      return outcomes;
    },
  };

  const start = async (): Promise<Engine> => {
    const credentials = Object.fromEntries(
      VENDORS.filter((vendor) => live.includes(vendor)).map((vendor) => [vendor, standIns.credentials[vendor]]),
    );
    const tools = await openTools({ clock, credentials, policy });
    const engine = makeEngine({
      store,
      clock,
      policy,
      audiences: AUDIENCES,
      providers: PROVIDERS,
      namespace: 'test',
      random,
      log: SILENT_LOG,
      segment: segmentIsLive ? sink : null,
      recorder: makeRecorderSink(),
      tools: options.readsBack === false ? tools.map((tool) => ({ ...tool, reader: null })) : tools,
      deliverTestMode: false,
    });
    await store.noteMode(segmentIsLive ? 'enforce' : 'observe', clock.now());
    if (segmentIsLive) await store.wakeForEnforce(clock.now());
    for (const { tool, live: sends, subject } of tools)
      if (sends !== null && subject !== 'stream') await store.wakeForTool(tool, clock.now());
    return engine;
  };
  let engine = await start();

  const rules = makeRules({ policy, audiences: AUDIENCES, namespace: 'test', providers: PROVIDERS });
  const decides = { rules, providers: PROVIDERS };
  const channelFor = () => (segmentIsLive ? 'segment' : 'recorder');
  const guardAccess = { databaseUrl, guardToken: toSecret(GUARD_TOKEN) };
  const guard = await openGuard(guardAccess, { ...decides, channelFor, store }, SILENT_LOG);
  const receiver = makeReceiver({
    store,
    clock,
    providers: [...Object.values(PROVIDERS), ...RECOVERY_TOOLS],
    secretsOf: (provider) => [SECRETS[provider] ?? ''],
  });
  const door = await openDoor(
    { receiver, store },
    { host: '127.0.0.1', port: 0 },
    {
      metrics: makeMetrics(store, clock),
      apiToken: toSecret(API_TOKEN),
      guard: { ...guard, clock },
      operators: { intervene: (...asked) => intervene({ ...decides, store }, ...asked), clock },
      log: SILENT_LOG,
    },
  );

  const post = (path: string, body: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${door.url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

  const receive = async (body: string, now: Instant): Promise<void> => {
    const signature = signStripe(body, SECRETS.stripe ?? '', now);
    const { status } = await post('/webhooks/stripe', body, { [SIGNATURE_HEADER]: signature });
    if (status !== 200) throw new Error(`a webhook was answered ${status}`);
  };

  let wantsAt: Instant | null = null;
  const settle = async (now: Instant): Promise<void> => {
    clock.moveTo(now);
    for (let steps = 0; steps < LONGEST; steps += 1) {
      let decided = 0;
      for (let count = await engine.runDue(now); count > 0; count = await engine.runDue(now)) decided += count;
      const sent = await engine.deliverDue(now);
      const read = await engine.verifyDue(now);
      wantsAt = earliest(sent.nextAt, read.nextAt);
      if (decided + sent.settled + read.looked === 0 && (wantsAt === null || wantsAt > now)) return;
    }
    throw new Error(`no rest at ${new Date(now).toISOString()}`);
  };

  return {
    standIns,
    store,
    segment,
    asked: [],
    settle,
    take: async (rawBodies, now) => {
      clock.moveTo(now);
      for (const body of rawBodies) await receive(body, now);
    },
    takeMany: async (rawBodies, now) => {
      clock.moveTo(now);
      for (let from = 0; from < rawBodies.length; from += AT_ONCE)
        await Promise.all(rawBodies.slice(from, from + AT_ONCE).map((body) => receive(body, now)));
    },
    claim: async (tool, body) => {
      const text = JSON.stringify(body);
      const secret = SECRETS[tool] ?? '';
      const headers: Readonly<Record<string, string>> =
        tool === 'churnkey'
          ? { [CHURNKEY_SIGNATURE_HEADER]: signChurnkey(text, secret).toString('hex') }
          : { authorization: `Basic ${Buffer.from(`recoup:${secret}`).toString('base64')}` };
      return (await post(`/webhooks/${tool}`, text, headers)).status;
    },
    get: (path, headers = { authorization: `Bearer ${GUARD_TOKEN}` }) => fetch(`${door.url}${path}`, { headers }),
    post: (path, body, token = API_TOKEN) => post(path, JSON.stringify(body), { authorization: `Bearer ${token}` }),
    passTime: async (until) => {
      for (;;) {
        const next = earliest(await store.nextDueAt(), wantsAt);
        if (next === null || next > until) break;
        await settle(next > clock.now() ? next : clock.now());
      }
      clock.moveTo(until);
    },
    restart: async (now, next: Release) => {
      clock.moveTo(now);
      live = next.live ?? live;
      segmentIsLive = next.segmentIsLive ?? segmentIsLive;
      policy = { ...policy, ...next.policy };
      engine = await start();
      await settle(now);
    },
    dieSendingTo: () => Promise.reject(new Error('not played here')),
    closeGuard: guard.close,
    close: async () => {
      await Promise.all([door.stop(100), receiver.stop()]);
      await guard.close();
      await Promise.all([transport.close(), segmentStandIn.close(), standIns.close(), store.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
