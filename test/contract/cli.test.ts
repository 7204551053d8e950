import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkplace, runRecoup } from './cli-process.ts';

const workplace = makeWorkplace();
afterAll(workplace.remove);
const recoup = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runRecoup(workplace.path, args, env);

const COMMANDS = ['start', 'demo', 'trigger', 'profile', 'dead-letters list', 'dead-letters replay'] as const;

describe('help', () => {
  it.each(COMMANDS)('of %s has an example of it, names --json and is no failure', async (command) => {
    const { exitCode, stdout } = await recoup([...command.split(' '), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^ +\\$ .*${command}`, 'm'));
    expect(stdout).toContain('--json');
  });

  it('lists every command and the exit codes', async () => {
    const { exitCode, stdout } = await recoup(['--help']);
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command.split(' ')[0]}`);
    expect(stdout).toContain('Exit codes: 0 done, 1 could not be done, 2 not understood as typed.');
  });
});

describe('what is typed wrongly', () => {
  it.each([
    { typed: ['tirgger'], says: 'Did you mean trigger?' },
    { typed: ['trigger', 'renewal-faild'], says: 'renewal-failed, recovered-by-retry' },
    { typed: ['trigger', 'exhausted', '--shape', 'new'], says: 'legacy, basil' },
    { typed: ['demo', '--days', '0'], says: 'from 1 to 400' },
    { typed: ['demo', '--seed', 'x'], says: 'whole number' },
    { typed: ['profile'], says: "missing required argument 'id'" },
    { typed: ['dead-letters', 'replay', '3x'], says: 'whole number' },
    { typed: ['dead-letters', 'replay', '3', '--all'], says: 'Name the numbers' },
  ])('$typed ends with code 2 and says what was expected', async ({ typed, says }) => {
    const { exitCode, stderr, stdout } = await recoup(typed);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stdout).toBe('');
  });
});

describe('a demo', () => {
  const SMALL = ['demo', '--customers', '40', '--days', '20'] as const;
  /** Everything that must not matter to it, most of it wrong. */
  const HOSTILE = {
    MODE: 'enforce',
    DATABASE_URL: 'nonsense',
    SEGMENT_WRITE_KEY: 'key',
    SEGMENT_HOST: 'http://127.0.0.1:9',
    STRIPE_WEBHOOK_SECRET: '!',
    PORT: 'none',
  };

  it('gives the same result for the same seed, whatever the environment says, and another for another', async () => {
    const [first, second, other] = await Promise.all([
      recoup([...SMALL, '--json']),
      recoup([...SMALL, '--json'], HOSTILE),
      recoup([...SMALL, '--json', '--seed', '2']),
    ]);
    const toCounts = (stdout: string): Readonly<Record<string, unknown>> => ({ ...JSON.parse(stdout), tookMs: null });
    expect(first.exitCode).toBe(0);
    expect(second.exitCode).toBe(0);
    expect(toCounts(second.stdout)).toEqual(toCounts(first.stdout));
    expect(toCounts(other.stdout)).not.toEqual(toCounts(first.stdout));
  });

  describe('read by a person', () => {
    let page = '';
    beforeAll(async () => {
      page = (await recoup(SMALL)).stdout;
    });

    it.each([
      ['what came in', /signed Stripe webhooks/],
      ['what Segment received, by event', /^ +payment_failed +\d+$/m],
      ['a payment_failed as it would have left', /"event": "payment_failed"/],
      ['an identify', /"type": "identify"/],
      ['the recovery figure with its definition', /\d+ of \d+ recovered[\s\S]*Definition: an episode counts as/],
      ['a plot of people in dunning', /▁|▂|▃|▄|▅|▆|▇|█/],
      ['the command to run next', /npm run recoup -- demo --customers 40 --days 20|npm start/],
    ])('shows %s', (_, sight) => {
      expect(page).toMatch(sight);
    });

    it('is plain text where it is not read from a terminal', () => {
      expect(page).not.toContain('\u001b');
    });
  });
});
