import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { makeWorkplace, runRecoup } from './cli-process.ts';

const workplace = makeWorkplace();
afterAll(workplace.remove);
const recoup = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runRecoup(workplace.path, args, env);

const COMMANDS = [
  'start',
  'demo',
  'trigger',
  'profile',
  'explain',
  'audiences list',
  'destinations check',
  'dead-letters list',
  'dead-letters replay',
] as const;

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
    { typed: ['explain', 'ada', '--at', '2026-05-05T10:00'], says: 'has no time zone. Write 2026-05-05T10:00Z' },
    { typed: ['explain', 'ada', '--at', '2026-02-30'], says: 'does not exist in the calendar' },
    { typed: ['explain', 'ada', '--at', 'yesterday'], says: 'such as 2026-05-07T08:30:00Z' },
    { typed: ['audiences'], says: 'list' },
    { typed: ['dead-letters', 'replay', '3x'], says: 'whole number' },
    { typed: ['dead-letters', 'replay', '3', '--all'], says: 'Name the numbers' },
  ])('$typed ends with code 2 and says what was expected', async ({ typed, says }) => {
    const { exitCode, stderr, stdout } = await recoup(typed);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(says);
    expect(stdout).toBe('');
  });
});

describe('recoup audiences list', () => {
  it('says every audience in words, with neither a store nor an environment that is right', async () => {
    const hostile = { DATABASE_URL: 'nonsense', MODE: 'neither' };
    const [page, json] = await Promise.all([
      recoup(['audiences', 'list'], hostile),
      recoup(['audiences', 'list', '--json'], hostile),
    ]);
    const told: readonly { key: string; sentence: string; messaging: boolean }[] = JSON.parse(json.stdout);
    expect(told.map(({ key }) => key).sort()).toEqual(AUDIENCES.all.map(({ key }) => key).sort());
    for (const { key, sentence } of told) {
      expect(sentence).toMatch(/^Holds when .+\.$/);
      expect(page.stdout).toContain(`${key}  `);
    }
    expect(told.find(({ key }) => key === 'dunning_retrying')).toMatchObject({
      messaging: true,
      sentence: expect.stringContaining('dunning_stage is "retrying"'),
    });
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

  it('gives a program the members of each audience per day, and what Braze received', async () => {
    const { audiencesPerDay, tools, inDunningPerDay } = JSON.parse((await recoup([...SMALL, '--json'])).stdout);
    expect(Object.keys(audiencesPerDay).sort()).toEqual(AUDIENCES.all.map(({ key }) => key).sort());
    const stages = Object.entries(audiencesPerDay).filter(([key]) => /first|retrying|persistent|exhausted/.test(key));
    const inStages = inDunningPerDay.map((_: number, day: number) =>
      stages.reduce((sum, [, members]) => sum + ((members as { readonly end: readonly number[] }).end[day] ?? 0), 0),
    );
    expect(inStages).toEqual(inDunningPerDay);
    expect(Math.max(...inDunningPerDay)).toBeGreaterThan(0);
    expect(tools.braze.people).toBeGreaterThan(0);
    expect(tools.braze.attributes).toMatchObject({ in_dunning: expect.any(Number) });
    expect(tools.braze.events.dunning_stage_entered).toBeGreaterThan(0);
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
      ['every audience over time with its peak', /^ +dunning_recovered .*[▁-█].* peak +\d+ {2}now +\d+$/m],
      ['what Braze received', /^What Braze received\n +\d+ calls about \d+ people$/m],
      [
        'what Braze was told of one person, from failure to recovery',
        /from failure to recovery[\s\S]*"name": "dunning_stage_entered"[\s\S]*"name": "payment_recovered"/,
      ],
      ['the command to run next', /npm run recoup -- demo --customers 40 --days 20|npm start/],
    ])('shows %s', (_, sight) => {
      expect(page).toMatch(sight);
    });

    it('fits 80 columns, but for addresses that stand alone', () => {
      const wide = page.split('\n').filter((line) => [...line].length > 80 && !line.includes('https://'));
      expect(wide).toEqual([]);
    });

    it('is plain text where it is not read from a terminal', () => {
      expect(page).not.toContain('\u001b');
    });
  });
});
