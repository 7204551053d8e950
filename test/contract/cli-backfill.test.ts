import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../src/domain/instant.ts';
import { makeLargeBook, type StripeStandIn, startStripeStandIn } from '../../src/simulate/vendors/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { deliveriesIn } from './backfill-rig.ts';
import { type Ended, makeWorkplace, runRecoup } from './cli-process.ts';

const KEY = 'rk_test_command';

let place: ReturnType<typeof makeWorkplace>;
let stripe: StripeStandIn;
beforeAll(async () => {
  stripe = await startStripeStandIn({ apiKey: KEY, book: makeLargeBook({ objects: 1_444, now: Date.now() - DAY_MS }) });
});
afterAll(() => stripe.close());
beforeEach(async () => {
  place = makeWorkplace();
  await (await openStore(`sqlite:${join(place.path, 'data/recoup.db')}`, { lock: true })).close();
});
afterEach(() => place.remove());

const env = (): Record<string, string> => ({ STRIPE_API_KEY: KEY, STRIPE_API_BASE: stripe.url });
const backfill = (args: readonly string[] = [], variables: Record<string, string> = env()): Promise<Ended> =>
  runRecoup(place.path, ['backfill', 'stripe', '--since', '90d', ...args], variables);
const stored = () => deliveriesIn(join(place.path, 'data/recoup.db'));

describe('recoup backfill stripe', () => {
  it('reads everything, says what it read part by part, and what is left to decide', async () => {
    const { exitCode, stdout, stderr } = await backfill();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^Reading Stripe, test mode, since \d{4}-/);
    expect(stdout).toContain('customers and their cards: 130 read, 260 stored now');
    expect(stdout).toMatch(/^New, .*: 1,443\.$/m);
    expect(stdout).toMatch(/^Waiting for the relay .*npm start\): 1,443\.$/m);
    expect(stdout).toMatch(/the brake holds entries back until you release it: .*brakes status$/m);
    expect(stored().length).toBe(1_443);
  });

  it('says so where the brake is engaged, and what to do', async () => {
    const db = new DatabaseSync(join(place.path, 'data/recoup.db'));
    db.exec('INSERT INTO brake_stops (engaged_at, entered, known) VALUES (1793000000000, 61, 600)');
    db.close();
    const { exitCode, stdout } = await backfill();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/held back: 61 of 600 known people .*recoup brakes release --reason/);
    expect(stdout).not.toContain('Too many at once');
  });

  it('tells a program all of it in one document', async () => {
    const { exitCode, stdout } = await backfill(['--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      result: 'done',
      mode: 'test',
      emit: 'none',
      stored: 1_443,
      notUnderstood: 0,
      undecided: 1_443,
      parts: expect.arrayContaining([{ name: 'customers', read: 130, stored: 260, done: true }]),
    });
  });

  it('that is finished is refused with the words that would do it once more', async () => {
    await backfill();
    const { exitCode, stderr } = await backfill();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('backfill stripe --since 90d --again');
    expect((await backfill(['--again'])).stdout).toMatch(/^New, .*: 0\.$/m);
  });

  it('without a key says which one to set, and reads nothing', async () => {
    const { exitCode, stderr } = await backfill([], {});
    expect(exitCode).toBe(78);
    expect(stderr).toMatch(/^recoup: STRIPE_API_KEY is not set/);
    expect(stderr.trim().split('\n').length).toBe(1);
  });

  it('with a key that Stripe refuses says so, and never the key', async () => {
    const { exitCode, stdout, stderr } = await backfill([], { ...env(), STRIPE_API_KEY: 'rk_test_zzz9' });
    expect(exitCode).toBe(78);
    expect(stderr).toContain('Check STRIPE_API_KEY');
    expect(stdout + stderr).not.toContain('zzz9');
  });

  it('without a store says how to make one', async () => {
    const { exitCode, stderr } = await backfill([], { ...env(), DATABASE_URL: 'sqlite:nowhere.db' });
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 78,
      stderr: expect.stringContaining('Start the relay once'),
    });
  });

  it('goes away for now in an outage, and says how to go on', async () => {
    stripe.script({ kind: 'status', status: 429, headers: { 'retry-after': '3000' } });
    const { exitCode, stderr } = await backfill();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 75, stderr: expect.stringMatching(/Not now: .*429/) });
    expect(stderr).toContain('backfill stripe --since 90d');
    expect((await backfill()).stdout).toMatch(/^Going on with Stripe/);
  });

  it.each([
    ['tomorrow', 'Expected a duration'],
    ['0d', 'Expected a duration'],
    ['2026-02-30', 'does not exist'],
    ['2999-01-01', 'lies ahead'],
  ])('does not understand --since %s', async (since, why) => {
    const { exitCode, stderr } = await runRecoup(place.path, ['backfill', 'stripe', '--since', since], env());
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(why) });
  });

  it('stops after the page at Ctrl+C, says how to go on, and goes on', async () => {
    const args = [resolve('src/main.ts'), 'backfill', 'stripe', '--since', '90d'];
    let child: ChildProcess | null = null;
    stripe.afterEach(({ path }) => {
      if (path !== '/v1/subscriptions') return;
      child?.kill('SIGINT');
      // A second one would end it at once.
      stripe.afterEach(() => {});
    });
    child = spawn(process.execPath, args, { cwd: place.path, env: env() });
    let said = '';
    child.stdout?.on('data', (text) => {
      said += text;
    });
    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(75);
    expect(said).toMatch(/Stopped\. To go on where it was: .*backfill stripe --since 90d/);
    expect(stored().length).toBeLessThan(1_443);
    expect((await backfill()).exitCode).toBe(0);
    expect(stored().length).toBe(1_443);
  });
});
