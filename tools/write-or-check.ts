import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One generated file: its path from the project's root and what it must hold. */
export interface Generated {
  readonly path: string;
  readonly text: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The generated files whose content on disk is not what the sources yield. */
export const findStale = (files: readonly Generated[]): readonly string[] =>
  files
    .filter(({ path, text }) => !existsSync(ROOT + path) || readFileSync(ROOT + path, 'utf8') !== text)
    .map(({ path }) => path);

/** Writes the files, or with `--check` only says which are stale and sets exit code 1. */
export const writeOrCheck = (files: readonly Generated[]): void => {
  if (process.argv.includes('--check')) reportStale(findStale(files));
  else for (const file of files) write(file);
};

const reportStale = (stale: readonly string[]): void => {
  if (stale.length === 0) return;
  console.error(`Stale: ${stale.join(', ')}. Run: npm run generate`);
  process.exitCode = 1;
};

const write = ({ path, text }: Generated): void => {
  mkdirSync(dirname(ROOT + path), { recursive: true });
  writeFileSync(ROOT + path, text);
};
