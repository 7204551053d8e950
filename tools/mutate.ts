import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * Mutation testing of evaluate, next change, fold and diff: `npm run mutate -- [--file glob]... [--sample share] [--seed n]`.
 * A sample takes whole declarations, each by a hash of the seed and its place: the same seed, the same sample.
 */
const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    sample: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
});

const CONFIG = 'stryker.config.json';

/** Lines, from 1, of the declarations at the top level of `text`: first and last. */
const declarations = (text: string): readonly (readonly [number, number])[] => {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (/^(export )?(const|function)/.test(line) ? [index + 1] : []));
  return starts.map((start, index) => [start, (starts[index + 1] ?? lines.length + 1) - 1]);
};

/** Between 0 and 1, even. */
const chance = (...key: readonly unknown[]): number =>
  createHash('sha256').update(key.join(':')).digest().readUInt32BE() / 2 ** 32;

const rangesOf = (path: string, share: number): readonly string[] =>
  share >= 1
    ? [path]
    : declarations(readFileSync(path, 'utf8'))
        .filter(([start]) => chance(values.seed, path, start) < share)
        .map(([start, end]) => `${path}:${start}-${end}`);

const share = Number(values.sample);
if (!(share > 0 && share <= 1)) throw new Error(`--sample is a share above 0 and up to 1, not ${values.sample}`);

const { mutate } = JSON.parse(readFileSync(CONFIG, 'utf8')) as { readonly mutate: readonly string[] };
const paths = (values.file ?? mutate).flatMap((pattern) => globSync(pattern)).sort();
const ranges = paths.flatMap((path) => rangesOf(path, share));
if (ranges.length === 0) throw new Error('Nothing to mutate: check --file and --sample.');
console.info(`${paths.length} files, ${share * 100} % of their declarations, seed ${values.seed}`);

const { status } = spawnSync('stryker', ['run', CONFIG, '--mutate', ranges.join(',')], { stdio: 'inherit' });
process.exitCode = status ?? 1;
