import { readFileSync } from 'node:fs';
import { AUDIENCES } from '../../audiences/index.ts';
import { makeStripeApi } from '../../src/billing-api/stripe-api.ts';
import type { CliDoors, ToolDoor } from '../../src/cli/doors.ts';
import { parseEnvironment } from '../../src/config/environment.ts';
import { parsePolicy } from '../../src/config/policy.ts';
import { instant } from '../../src/domain/instant.ts';
import { openStore } from '../../src/store/index.ts';

/** A tool that cannot be asked anything, but for what the test gives it. */
export const toolDoor = (parts: Partial<ToolDoor> = {}): ToolDoor => ({
  tool: 'toy',
  subject: 'contact',
  checkCredentials: null,
  readBack: null,
  toHeld: (desired) => desired,
  setUp: null,
  inspect: null,
  ...parts,
});

const closed = (): never => {
  throw new Error('not opened by the doctor');
};

/** The doors as the composition root hands them in, on a policy of `policyText` and an environment that is not the process's. */
export const makeDoctorDoors = (
  env: Readonly<Record<string, string>>,
  policyText: string = readFileSync('policy.yaml', 'utf8'),
): CliDoors => {
  const loadEnvironment: CliDoors['loadEnvironment'] = () => {
    const parsed = parseEnvironment(env);
    if (!parsed.ok) throw new Error(parsed.error);
    return parsed.value;
  };
  const loadPolicy: CliDoors['loadPolicy'] = () => {
    const parsed = parsePolicy(policyText, 'policy.yaml');
    if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
    return parsed.value;
  };
  return {
    env,
    version: '0.0.0',
    startRelay: closed,
    loadProviders: closed,
    loadAudiences: async () => AUDIENCES,
    loadRules: closed,
    openErasers: closed,
    openDemoRelay: closed,
    openSimulatedRelay: closed,
    loadEnvironment,
    loadPolicy,
    openStore: () => openStore(loadEnvironment().databaseUrl, { lock: false }),
    openTools: async () => ({
      configured: loadEnvironment().tools.braze === undefined ? [] : [toolDoor({ tool: 'braze' })],
      off: loadEnvironment().tools.braze === undefined ? ['braze'] : [],
    }),
    openBillingApi: async () => {
      const { stripeApi } = loadEnvironment();
      if (stripeApi === null) return null;
      const { requestsPerSecond } = loadPolicy().stripe;
      const clock = { now: () => instant(Date.now()) };
      return makeStripeApi({ apiKey: stripeApi.apiKey.reveal(), base: stripeApi.base, requestsPerSecond, clock });
    },
  };
};
