import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import type { Audiences } from '../../src/audience-kit/audiences.ts';
import { findMemberships } from '../../src/audience-kit/membership.ts';
import { DAY_MS, instant, plus } from '../../src/domain/instant.ts';
import { failedAt, HEALTHY, iso, subjectOf } from './audience-subjects.ts';

const PAGE = readFileSync('docs/audiences.md', 'utf8');
const [file = '', line = ''] = [...PAGE.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
const KEY = 'dunning_stuck';

/** The project with the page's audience in it: a copy of audiences/ beside the real src/. */
let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'recoup-audience-'));
  cpSync('audiences', join(project, 'audiences'), { recursive: true });
  for (const name of ['src', 'node_modules', 'package.json']) symlinkSync(resolve(name), join(project, name));
  writeFileSync(join(project, 'audiences/dunning-stuck.ts'), file);
  appendFileSync(join(project, 'audiences/list.ts'), line);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const typeProblems = (source: string): string => {
  writeFileSync(join(project, 'audiences/dunning-stuck.ts'), source);
  const config = { extends: resolve('tsconfig.json'), include: ['audiences'] };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
  try {
    execFileSync(resolve('node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return String((error as { readonly stdout: unknown }).stdout);
  } finally {
    writeFileSync(join(project, 'audiences/dunning-stuck.ts'), file);
  }
};

describe("the page's new audience", () => {
  it('is a file of 20 lines at most and one line in the list', () => {
    expect(file.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    expect(line.trimEnd().split('\n')).toHaveLength(1);
  });

  it('compiles, and would not with a word that the plan does not know', { timeout: 120_000 }, () => {
    expect(typeProblems(file)).toBe('');
    expect(typeProblems(file.replace("is('soft')", "is('mild')"))).toContain('\'"mild"\' is not assignable');
  });

  it('joins the others, and lets time alone move a person in and out', async () => {
    const { AUDIENCES: more }: { AUDIENCES: Audiences } = await import(
      pathToFileURL(join(project, 'audiences/index.ts')).href
    );
    expect(more.all.map(({ key }) => key).toSorted()).toEqual([...AUDIENCES.byKey.keys(), KEY].toSorted());

    const first = instant(Date.UTC(2026, 2, 1, 9));
    const person = subjectOf(
      { ...HEALTHY, in_dunning: true, dunning_stage: 'persistent', first_failed_at: iso(first) },
      [0, 3, 5].map((day) => failedAt(first + day * DAY_MS, { decline_type: 'soft' })),
    );
    const isIn = (at: number): boolean => findMemberships(more, person, instant(at)).members.includes(KEY);
    const [enters, leaves] = [plus(first, 7 * DAY_MS), plus(first, 30 * DAY_MS)];
    expect([enters - 1, enters, leaves - 1, leaves].map(isIn)).toEqual([false, true, true, false]);
    expect(findMemberships(more, person, instant(enters - 1)).until).toBe(enters);
    expect(findMemberships(more, person, enters).until).toBe(leaves);
    const held = { ...person, traits: { ...person.traits, dunning_suppressed: true } };
    expect(findMemberships(more, held, enters).members).toEqual(['suppressed']);
  });
});

it('the page names every audience that there is', () => {
  for (const key of AUDIENCES.byKey.keys()) expect(PAGE).toContain(`\`${key}\``);
});
