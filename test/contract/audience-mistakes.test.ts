import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What whoever adds an audience sees when it is wrong: at a start, which checks no types. */

const [file = '', line = ''] = [...readFileSync('docs/audiences.md', 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code = '']) => code,
);

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'recoup-mistake-'));
  for (const name of ['src', 'audiences', 'destinations', 'package.json', 'policy.yaml'])
    cpSync(name, join(project, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  appendFileSync(join(project, 'audiences/list.ts'), line);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const run = (source: string, ...args: readonly string[]) => {
  writeFileSync(join(project, 'audiences/dunning-stuck.ts'), source);
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, NO_COLOR: '1', PORT: '0' };
  return spawnSync(process.execPath, ['src/main.ts', ...args], { cwd: project, env, encoding: 'utf8' });
};

describe('an audience that is wrong', () => {
  it.each([
    ["key: 'dunning_stuck'", "key: 'Dunning-Stuck'", 'Audience Dunning-Stuck: write its key in snake_case'],
    ["  key: 'dunning_stuck',\n", '', 'Audience without a key: give it a key'],
    ["trait('in_dunning'", "trait('in_duning'", 'in_duning is not a user trait in the tracking plan'],
    ["'payment_failed'", "'payment_faild'", 'payment_faild: the tracking plan has no such event'],
    ["is('soft')", "is('mild')", 'payment_failed: decline_type: it is never "mild"'],
    ['olderThan(days(7))', 'olderThan(days(0))', 'a duration must be longer than 0'],
    ['when: all(', 'when: al(', 'al is not defined'],
    ['});', '}));', 'Expected'],
  ])(
    'stops the start with 78 and one line that names the place: %j as %j',
    { timeout: 60_000 },
    (right, wrong, told) => {
      const { status, stdout, stderr } = run(file.replace(right, wrong), 'start');
      expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(/^audiences\/dunning-stuck\.ts(:\d+)?: /)]);
      expect(stderr).toContain(told);
      expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    },
  );

  it('is told in the list in the same line, and keeps no other command from its work', { timeout: 60_000 }, () => {
    const wrong = file.replace("is('soft')", "is('mild')");
    const list = run(wrong, 'audiences', 'list');
    expect(list.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^recoup: audiences\/dunning-stuck\.ts:\d+: Audience dunning_stuck: .*"mild"$/),
    ]);
    expect(list.status).toBe(1);
    expect(run(wrong, '--version')).toMatchObject({ status: 0, stderr: '' });
  });
});
