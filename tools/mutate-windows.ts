import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * What Stryker lacks: every window (`const …_MS = …`) of the mutated files a millisecond shorter and longer, in a copy of
 * the tree, against the tests that know windows. `npm run mutate:windows [-- file…]`
 */
const TESTS = [
  ...['boundaries', 'settling', 'readings', 'card-expiring'].map((name) => `test/scenario/${name}.test.ts`),
  'test/contract/tool-changes-boundaries.test.ts',
];
const COPIED = [
  'src',
  'test',
  'audiences',
  'destinations',
  'vitest.config.ts',
  'package.json',
  'policy.yaml',
  'tracking-plan.json',
];

interface Mutant {
  readonly path: string;
  readonly line: string;
  readonly mutated: string;
}

const mutantsOf = (path: string): readonly Mutant[] =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:export )?const [A-Z_]+_MS = (.+);$/gm)].flatMap(([line, value = '']) =>
    ['- 1', '+ 1'].map((by) => ({ path, line, mutated: line.replace(`= ${value}`, `= ${value} ${by}`) })),
  );

const passes = (copy: string): boolean => {
  const args = ['run', '--bail', '1', '--maxWorkers', '1', '--no-isolate', ...TESTS];
  return spawnSync('vitest', args, { cwd: copy, timeout: 120_000 }).status === 0;
};

const survives = (copy: string, { path, line, mutated }: Mutant): boolean => {
  const original = readFileSync(path, 'utf8');
  writeFileSync(join(copy, path), original.replace(line, mutated));
  const passed = passes(copy);
  writeFileSync(join(copy, path), original);
  return passed;
};

const { mutate } = JSON.parse(readFileSync('stryker.config.json', 'utf8')) as { readonly mutate: readonly string[] };
const asked = process.argv.slice(2);
const paths = asked.length > 0 ? asked : [...mutate, 'src/domain/policy.ts'].flatMap((pattern) => globSync(pattern));
const copy = mkdtempSync(join(tmpdir(), 'recoup-windows-'));
try {
  for (const name of COPIED) cpSync(name, join(copy, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  if (!passes(copy)) throw new Error('The tests fail without any mutation: nothing can be learned from them.');
  for (const mutant of paths.sort().flatMap(mutantsOf)) {
    console.info(`${survives(copy, mutant) ? 'SURVIVED' : 'killed  '} ${mutant.path}: ${mutant.mutated}`);
  }
} finally {
  rmSync(copy, { recursive: true });
}
