import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const IMPORT = /\bfrom\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g;

/** Imports of anything but a sibling. */
const foreignImports = (path: string, text: string): readonly string[] =>
  [...text.matchAll(IMPORT)]
    .map(([, from, bare]) => from ?? bare ?? '')
    .filter((target) => !/^\.\/[a-z-]+\.ts$/.test(target))
    .map((target) => `${path} imports ${target}`);

describe('the oracle', () => {
  it('imports nothing but itself, so that it shares no line with the engine that it judges', () => {
    const files = globSync('test/oracle/**/*.ts');
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap((path) => foreignImports(path, readFileSync(path, 'utf8')))).toEqual([]);
  });

  it.each([
    "import { decide } from '../../src/pipeline/decide.ts';",
    "import type { Fact } from '../../src/domain/fact.ts';",
    "import {\n  a,\n} from '../../audiences/index.ts';",
    "export * from '../property/order.ts';",
    "import 'zod';",
    "const x = await import('../../src/main.ts');",
  ])('that reads %j is found', (line) => {
    expect(foreignImports('test/oracle/a.ts', line)).toHaveLength(1);
  });
});
