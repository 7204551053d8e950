import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  countLines,
  findCycles,
  findHeavyImports,
  findImpurities,
  findLongFiles,
  findRequires,
  findWrongImports,
  MAY_IMPORT,
  type Sources,
} from './source-rules.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const sources: Sources = new Map(
  globSync('{src,audiences,destinations}/**/*.ts').map((path) => [path, read(path)] as const),
);
const planted = (files: Readonly<Record<string, string>>): Sources => new Map(Object.entries(files));

describe('imports', () => {
  it('point one way only', () => {
    expect(findWrongImports(sources)).toEqual([]);
  });

  it('pointing the wrong way are found, also of types and over several lines', () => {
    const wrong = planted({
      'src/domain/money.ts': "import type { Store } from '../pipeline/ports.ts';",
      'src/store/sqlite/open.ts': "import {\n  decide,\n} from '../../pipeline/decide.ts';",
      'src/segment/send.ts': "import type { SegmentSink } from '../pipeline/ports.ts';",
      'src/cli/demo.ts': "const { open } = await import('../store/open.ts');",
      'src/unheard-of/new.ts': "export { plus } from '../domain/instant.ts';",
    });
    expect(findWrongImports(wrong)).toEqual([
      'src/domain/money.ts imports src/pipeline/ports.ts',
      'src/store/sqlite/open.ts imports src/pipeline/decide.ts',
      'src/cli/demo.ts imports src/store/open.ts',
      'src/unheard-of/new.ts imports src/domain/instant.ts',
    ]);
  });

  it('make no cycle', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  it('in a cycle are found', () => {
    const circle = planted({
      'src/domain/a.ts': "import './b.ts';",
      'src/domain/b.ts': "import type { C } from './c.ts';",
      'src/domain/c.ts': "export * from './b.ts';",
    });
    expect(findCycles(circle)).toEqual(['src/domain/b.ts', 'src/domain/c.ts']);
  });

  it('of heavy SDKs happen on demand, so that every start is quick', () => {
    expect(findHeavyImports(sources)).toEqual([]);
    const heavy = planted({
      'src/segment/a.ts': "import { Analytics } from '@segment/analytics-node';",
      'src/segment/b.ts': "import type { Analytics } from '@segment/analytics-node';",
      'src/segment/c.ts': "const { Analytics } = await import('@segment/analytics-node');",
    });
    expect(findHeavyImports(heavy)).toEqual(['src/segment/a.ts imports @segment/analytics-node at the top']);
  });
});

describe('require', () => {
  it('has one door, since the rules of imports do not see it', () => {
    expect(findRequires(sources)).toEqual([]);
    const hidden = planted({ 'destinations/x.ts': "const sdk = createRequire(import.meta.url)('sdk');" });
    expect(findRequires(hidden)).toEqual(['destinations/x.ts uses createRequire']);
  });
});

describe('clock, environment and randomness', () => {
  it('are arguments outside of main, the doors and the adapters', () => {
    expect(findImpurities(sources)).toEqual([]);
  });

  it.each(['Date.now()', 'new Date()', 'Math.random()', 'process.env.PORT', 'randomUUID()'])('%s is found', (code) => {
    const at = (path: string): Sources => planted({ [path]: `/** Not Date.now(). */\nexport const x = ${code};` });
    expect(findImpurities(at('src/pipeline/loop.ts'))).toHaveLength(1);
    expect(findImpurities(at('src/store/sqlite/open.ts'))).toEqual([]);
  });
});

describe('sizes', () => {
  it('no file has more than 300 lines', () => {
    expect(findLongFiles(sources, 300)).toEqual([]);
    expect(findLongFiles(planted({ 'src/domain/long.ts': 'x;\n'.repeat(301) }), 300)).toHaveLength(1);
  });

  it('the core loop stays under 60 lines: the first file that a newcomer reads', () => {
    expect(countLines(read('src/pipeline/loop.ts'))).toBeLessThan(60);
  });
});

describe('rooms', () => {
  const rooms = readdirSync('src', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  it('each has a rule for its imports', () => {
    expect(rooms.filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it.each(rooms)('src/%s says in at most 15 lines what it owns and does not own', (room) => {
    const readme = `src/${room}/README.md`;
    expect(existsSync(readme)).toBe(true);
    expect(countLines(read(readme))).toBeLessThanOrEqual(15);
    expect(read(readme)).toMatch(/owns/i);
    expect(read(readme)).toMatch(/does not own/i);
  });
});

describe('interception of requests', () => {
  it('has one door, which closes behind each file: test files share the clients of their worker', () => {
    const users = globSync('test/**/*.ts').filter((path) => /from 'no[c]k'/.test(read(path)));
    expect(users).toEqual(['test/stand-ins/intercept.ts']);
  });
});
