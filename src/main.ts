import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import type { CliDoors, DemoRelay, DemoRelayOptions, StartRelayOptions } from './cli/doors.ts';
import { runCli } from './cli/index.ts';
import { SIGNAL_ECHO_MS } from './cli/interrupt.ts';
import { sends, toAnnouncement, toAnnouncementJson } from './config/announcement.ts';
import { codeVersion } from './config/code-version.ts';
import { type Environment, parseEnvironment } from './config/environment.ts';
import { type Log, makeLog } from './config/log.ts';
import { parsePolicy } from './config/policy.ts';
import { toOpenAccess } from './config/tool-access.ts';
import { ERRORS } from './domain/errors.ts';
import { instant, SECOND_MS } from './domain/instant.ts';
import type { Policy } from './domain/policy.ts';
import { RECOVERY_TOOLS } from './interventions/index.ts';
import { loadAudiences } from './main-audiences.ts';
import { type Door, openDoor, STOP_GRACE_MS } from './main-door.ts';
import type { EngineData } from './main-engine.ts';
import { openGuard } from './main-guard.ts';
import { EXIT, Refusal } from './main-refusal.ts';
import { releaseText, stopText } from './pipeline/brakes/brake-watch.ts';
import { makeChannelFor } from './pipeline/channel-for.ts';
import { toWebhookHappening } from './pipeline/happenings.ts';
import { intervene } from './pipeline/interventions/intervene.ts';
import type { Clock } from './pipeline/ports.ts';
import { makeReceiver } from './pipeline/receive.ts';
import { makeRules, type Ruleset } from './pipeline/rules.ts';
import { PROVIDERS } from './providers/index.ts';
import { SUBSCRIBE_EVENTS } from './providers/stripe/subscribe.ts';
import { openStore } from './store/index.ts';
import { startEngineThread } from './thread/engine-thread.ts';

/** The only place that knows everything: it reads the world, builds the parts, joins them and opens the doors. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const clock: Clock = { now: () => instant(Date.now()) };

/** What is set for the process wins over `.env`. */
const readVariables = (): Readonly<Record<string, string | undefined>> =>
  existsSync('.env') ? { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env } : process.env;

const loadEnvironment = (): Environment => {
  const result = parseEnvironment(readVariables());
  if (!result.ok) throw new Refusal(result.error, EXIT.configuration);
  return result.value;
};

/** The policy in the working directory, else the one that Recoup comes with. */
const policyPath = (): string => (existsSync('policy.yaml') ? resolve('policy.yaml') : join(ROOT, 'policy.yaml'));

const loadPolicy = (path: string): Policy => {
  const result = parsePolicy(readFileSync(path, 'utf8'), path);
  if (!result.ok) throw new Refusal(result.errors.join('\n'), EXIT.configuration);
  return result.value;
};

/** SQLite's code for a disk that fails (SQLITE_IOERR). Its outcome is unknown, so only a new start may go on. */
const isDiskFault = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 10;

// Without a channel (`send` outlives it) the variable is a stray one, and whoever is started from here has no launcher.
const isLaunched = process.env.RECOUP_LAUNCHED !== undefined && process.send !== undefined;
delete process.env.RECOUP_LAUNCHED;

/** Whoever killed the launcher meant the relay; without it nobody would know the process that holds lock and port. */
const onLauncherGone = (then: () => void): void => {
  process.once('disconnect', then);
  process.channel?.unref();
  if (!process.connected) then();
};

/** Resolves with the exit code once the process is told to stop; a second signal does not wait. */
const untilToldToStop = (log: Log): { readonly told: Promise<number>; readonly stop: (exitCode: number) => void } => {
  const { promise, resolve: stop } = Promise.withResolvers<number>();
  let firstAt: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    const isEcho = firstAt !== null && performance.now() - firstAt < SIGNAL_ECHO_MS;
    if (isEcho) return;
    if (firstAt !== null) process.exit(EXIT.forced);
    firstAt = performance.now();
    log.info({ signal }, 'stopping; a second signal stops at once');
    stop(EXIT.ok);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  if (isLaunched) onLauncherGone(() => stop(EXIT.ok));
  // Who reads the first line and goes away must not take the relay with them.
  process.stdout.on('error', () => {});
  process.on('uncaughtException', (error) => {
    log.error({ error }, 'Recoup met a fault that it does not know and stops; start it again');
    process.exit(EXIT.crashed);
  });
  return { told: promise, stop };
};

interface Setup {
  readonly environment: Environment;
  readonly policyFile: string;
  readonly policy: Policy;
  readonly log: Log;
  readonly onLive?: StartRelayOptions['onLive'];
}

const loadSetup = (): Setup => {
  const environment = loadEnvironment();
  const policyFile = policyPath();
  return { environment, policyFile, policy: loadPolicy(policyFile), log: makeLog(environment.logLevel) };
};

/** Of the tools that have some. */
const toToolCredentials = (environment: Environment): EngineData['tools'] => toOpenAccess(environment.tools);

/** What the store's thread needs to know; keys only where something may leave. */
const toEngineData = ({ environment, policy, onLive }: Setup): EngineData => {
  const { segmentWriteKey, segmentHost, stripeApi, databaseUrl, namespace, deliverTestMode, logLevel } = environment;
  return {
    databaseUrl,
    namespace,
    policy,
    deliverTestMode,
    logLevel,
    live: onLive !== undefined,
    code: codeVersion(join(ROOT, 'src')),
    segment:
      sends(environment) && segmentWriteKey !== null ? { writeKey: segmentWriteKey.reveal(), host: segmentHost } : null,
    tools: sends(environment) ? toToolCredentials(environment) : {},
    stripeApi: stripeApi === null ? null : { apiKey: stripeApi.apiKey.reveal(), base: stripeApi.base },
  };
};

/** By the name in `/webhooks/:provider`. */
const toWebhookSecrets = ({ stripeWebhookSecrets, recoveryToolSecrets }: Environment) =>
  new Map(
    Object.entries({ stripe: stripeWebhookSecrets, ...recoveryToolSecrets }).map(
      ([name, secrets]) => [name, secrets.map((secret) => secret.reveal())] as const,
    ),
  );

/** As the store's thread decides by them: the same hash says that what it committed still holds. */
const loadRules = async ({ environment, policy }: Setup): Promise<Ruleset> => {
  const audiences = await loadAudiences();
  const code = codeVersion(join(ROOT, 'src'));
  return makeRules({ policy, audiences, namespace: environment.namespace, providers: PROVIDERS, code });
};

/** Runs until told to stop, then lets what is under way end; answers the exit code. */
const runRelay = async (setup: Setup, say: (url: string, brake: string | null) => void): Promise<number> => {
  const { environment, log } = setup;
  const [{ makeMetrics }, { makeWebhookLog }] = await Promise.all([
    import('./http/metrics.ts'),
    import('./http/webhook-log.ts'),
  ]);
  const { told, stop } = untilToldToStop(log);
  const onStoreFault = (error: unknown): void => {
    if (isDiskFault(error)) stop(EXIT.ioError);
  };
  let decided = (_profiles: number): void => {};
  const data = toEngineData(setup);
  const engine = await startEngineThread({
    module: new URL('./main-engine.ts', import.meta.url),
    data,
    onDecided: (profiles) => decided(profiles),
    onStoreFault,
    ...(setup.onLive && { onLive: setup.onLive }),
    onDeath: (error) => {
      log.error({ error }, 'the thread that decides met a fault that it does not know; start Recoup again');
      stop(EXIT.crashed);
    },
  });
  const metrics = makeMetrics(engine.store, clock);
  decided = metrics.decided;
  const webhookLog = makeWebhookLog(log, clock);
  const secretsOf = toWebhookSecrets(environment);
  const receiver = makeReceiver({
    store: engine.store,
    clock,
    providers: [...Object.values(PROVIDERS), ...RECOVERY_TOOLS],
    secretsOf: (provider) => secretsOf.get(provider) ?? [],
    onReport: (report) => {
      metrics.webhookAnswered(report.provider, report.outcome);
      webhookLog.report(report);
      const happening = setup.onLive && toWebhookHappening(report, clock.now());
      if (happening) setup.onLive?.([happening]);
      if (report.outcome === 'failed') onStoreFault(report.error);
    },
  });
  const rules = await loadRules(setup);
  const decides = { rules, providers: PROVIDERS, channelFor: makeChannelFor(data) };
  const guard = await openGuard(environment, { ...decides, store: engine.store }, log);
  const stopAll = async (door: Door | null): Promise<void> => {
    await Promise.all([door?.stop(STOP_GRACE_MS), receiver.stop()]);
    webhookLog.flush();
    await guard.close();
    // A thread that died was reported when it did.
    await engine.stop().catch(() => {});
  };
  try {
    const behind = { receiver, store: engine.store };
    const door = await openDoor(behind, environment, {
      metrics,
      apiToken: environment.apiToken,
      guard: { ...guard, clock },
      operators: { intervene: (request, now) => intervene({ ...decides, store: engine.store }, request, now), clock },
      log,
    });
    const { brake } = await engine.store.counts();
    say(door.url, brake.stop === null ? null : `${stopText(brake.stop)} ${releaseText(brake)}`);
    const exitCode = await told;
    await Promise.race([stopAll(door), delay(STOP_GRACE_MS + SECOND_MS, undefined, { ref: false })]);
    return exitCode;
  } catch (error) {
    await stopAll(null);
    throw error;
  }
};

/** One line for a person and the exit code where a start must not go on; anything else is a bug, and thrown. */
const explainRefusal = (error: unknown): number => {
  if (!(error instanceof Error)) throw error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!(error instanceof Refusal) && !Object.hasOwn(ERRORS, code)) throw error;
  process.stderr.write(`${error.message}\n`);
  if (error instanceof Refusal) return error.exitCode;
  return code === 'store_locked' ? EXIT.tryLater : EXIT.configuration;
};

const startRelay = async ({ json, onLive }: StartRelayOptions): Promise<number> => {
  try {
    const setup = { ...loadSetup(), ...(onLive && { onLive }) };
    // The thread that decides loads them itself; here a mistake still is one line.
    await loadAudiences();
    const { environment, policy, policyFile } = setup;
    return await runRelay(setup, (url, brake) => {
      const told = { brake, environment, url, policy, policyFile, stripeEvents: SUBSCRIBE_EVENTS };
      const lines = json ? [JSON.stringify(toAnnouncementJson(told))] : toAnnouncement(told);
      process.stdout.write(`${lines.join('\n')}\n`);
    });
  } catch (error) {
    return explainRefusal(error);
  }
};

const openDemo = async (options: DemoRelayOptions): Promise<DemoRelay> => {
  const { openDemoRelay } = await import('./main-demo.ts');
  return openDemoRelay(loadPolicy(join(ROOT, 'policy.yaml')), options);
};

const openSimulated: CliDoors['openSimulatedRelay'] = async (options) => {
  const { openSimulatedRelay } = await import('./main-simulate.ts');
  return openSimulatedRelay(loadPolicy(join(ROOT, 'policy.yaml')), options);
};

const version = (): string => {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
};

const doors: CliDoors = {
  get env() {
    return readVariables();
  },
  version: version(),
  startRelay,
  openStore: () => openStore(loadEnvironment().databaseUrl, { lock: false }),
  loadProviders: async () => [...Object.values(PROVIDERS), ...RECOVERY_TOOLS],
  loadAudiences,
  loadRules: () => loadRules(loadSetup()),
  openTools: async () => {
    const { openToolDoors } = await import('./main-tools.ts');
    const { environment, policy } = loadSetup();
    return openToolDoors(toToolCredentials(environment), policy);
  },
  openErasers: async () => {
    const { openErasers } = await import('./main-erase.ts');
    const { environment, policy } = loadSetup();
    const { segmentPublicApi: api } = environment;
    const segment = api === null ? null : { token: api.token.reveal(), base: api.base };
    return openErasers({ credentials: toToolCredentials(environment), policy, segment });
  },
  openDemoRelay: openDemo,
  openSimulatedRelay: openSimulated,
  loadEnvironment,
  loadPolicy: () => loadPolicy(policyPath()),
  openBillingApi: async () => {
    const { environment, policy } = loadSetup();
    if (environment.stripeApi === null) return null;
    const { makeStripeApi } = await import('./billing-api/stripe-api.ts');
    const { apiKey, base } = environment.stripeApi;
    return makeStripeApi({ apiKey: apiKey.reveal(), base, requestsPerSecond: policy.stripe.requestsPerSecond, clock });
  },
};

const typed = process.argv.slice(2);
const commandLine = typed.length === 0 ? ['start'] : typed;
process.exitCode = await runCli(commandLine, doors);
// A delivery that outlived the grace period must not keep a relay alive that was told to stop.
if (commandLine[0] === 'start') process.exit();
