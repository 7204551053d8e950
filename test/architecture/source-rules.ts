import { posix } from 'node:path';

/** Project paths (`src/domain/money.ts`) to source text. */
export type Sources = ReadonlyMap<string, string>;

const BASE = ['domain', 'generated'];
const KITS = ['audience-kit', 'destination-kit'];
const CORE = [...BASE, ...KITS, 'ledger', 'providers', 'interventions', 'traits', 'hand-off', 'config', 'pipeline'];
/** What the pipeline asks of the world. */
const PORTS = [
  'src/pipeline/ports.ts',
  'src/pipeline/tools/tool-ports.ts',
  'src/pipeline/commitments.ts',
  'src/pipeline/api/api-ports.ts',
  'src/pipeline/survey-ports.ts',
  'src/pipeline/privacy-ports.ts',
  'src/pipeline/guard/guard-ports.ts',
  'src/pipeline/interventions/intervention-ports.ts',
  'src/pipeline/verify/verify-ports.ts',
  'src/pipeline/brakes/brake-ports.ts',
  'src/pipeline/brakes/observed-ports.ts',
  'src/pipeline/suppressions/suppression-ports.ts',
];

/** Which rooms a room may import, beside itself. A full path allows one file only. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  generated: ['domain'],
  ledger: BASE,
  providers: BASE,
  traits: [...BASE, 'ledger'],
  interventions: [...BASE, 'providers'],
  'hand-off': [...BASE, 'ledger', 'traits'],
  config: BASE,
  'audience-kit': BASE,
  'destination-kit': BASE,
  pipeline: [...BASE, ...KITS, 'ledger', 'providers', 'interventions', 'traits', 'hand-off', 'config'],
  store: ['domain', ...PORTS],
  segment: ['domain', ...PORTS],
  'billing-api': ['domain', ...PORTS],
  thread: ['domain', ...PORTS],
  doctor: [...BASE, 'config', 'src/destination-kit/run-set-up.ts', ...PORTS],
  http: CORE,
  simulate: CORE,
  report: [...BASE, ...PORTS],
  cli: [...CORE, 'simulate', 'doctor', 'report'],
  // What people write for their business, outside of src/: they see only their kit.
  audiences: ['audience-kit'],
  destinations: ['destination-kit'],
};

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const STATIC = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** The imports of a file; relative ones as project paths. */
const importsOf = (path: string, text: string): readonly Import[] => {
  const code = withoutComments(text);
  const resolve = (name: string): string => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name);
  return [
    ...[...code.matchAll(STATIC)].map(([, type, name = '']) => ({
      target: resolve(name),
      typeOnly: type !== undefined,
      dynamic: false,
    })),
    ...[...code.matchAll(DYNAMIC)].map(([, name = '']) => ({ target: resolve(name), typeOnly: false, dynamic: true })),
  ];
};

const inSrc = (path: string): boolean => /^(src|audiences|destinations)\//.test(path);
const roomOf = (path: string): string => (path.startsWith('src/') ? path.split('/')[1] : path.split('/')[0]) ?? '';
/** The composition roots: one for each thread, and what they share. */
const isMain = (path: string): boolean => /^src\/main(-[a-z]+)?\.ts$/.test(path);

/** Imports that point the wrong way, and rooms that have no rule. */
export const findWrongImports = (sources: Sources): readonly string[] =>
  [...sources]
    .filter(([path]) => inSrc(path) && !isMain(path))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter(({ target }) => inSrc(target) && !mayImport(path, target))
        .map(({ target }) => `${path} imports ${target}`),
    );

const mayImport = (from: string, to: string): boolean => {
  const allowed = MAY_IMPORT[roomOf(from)] ?? [];
  return roomOf(from) === roomOf(to) || allowed.includes(roomOf(to)) || allowed.includes(to);
};

/** Files that reach themselves through imports, types included. */
export const findCycles = (sources: Sources): readonly string[] => {
  const edges = new Map(
    [...sources].map(([path, text]) => [path, importsOf(path, text).map(({ target }) => target)] as const),
  );
  return [...sources.keys()].filter((start) => reaches(start, edges));
};

const reaches = (start: string, edges: ReadonlyMap<string, readonly string[]>): boolean => {
  const seen = new Set<string>();
  const open = [...(edges.get(start) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === start) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(edges.get(next) ?? []));
  }
  return false;
};

const IMPURE =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b|\bperformance\.now\(|\brandom(?:UUID|Bytes)\(/;
/** The doors and the adapters: they stand in the world. `simulate` does not: its clock is virtual, its dice are seeded. */
const WORLDLY = ['http', 'cli', 'store', 'segment', 'billing-api'];

/** Clock, environment and randomness where only arguments may be. */
export const findImpurities = (sources: Sources): readonly string[] =>
  [...sources]
    .filter(([path]) => inSrc(path) && !isMain(path) && !WORLDLY.includes(roomOf(path)))
    .flatMap(([path, text]) => {
      const found = IMPURE.exec(withoutComments(text));
      return found ? [`${path} uses ${found[0]}`] : [];
    });

const HEAVY = ['stripe', '@segment/analytics-node', '@segment/actions-core', 'braze-api'];

/** SDKs that would slow every start, imported otherwise than by type or on demand. */
export const findHeavyImports = (sources: Sources): readonly string[] =>
  [...sources].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter(({ target, typeOnly, dynamic }) => HEAVY.includes(target) && !typeOnly && !dynamic)
      .map(({ target }) => `${path} imports ${target} at the top`),
  );

/** The one door to an SDK that cannot be imported. */
const DOORS = ['src/destination-kit/core.ts'];

/** `require`, which no other rule of imports sees, outside of its one door. */
export const findRequires = (sources: Sources): readonly string[] =>
  [...sources]
    .filter(([path]) => inSrc(path) && !DOORS.includes(path))
    .filter(([, text]) => /\bcreateRequire\b/.test(withoutComments(text)))
    .map(([path]) => `${path} uses createRequire`);

/** Lines of a text, without counting the end of the last one. */
export const countLines = (text: string): number => text.trimEnd().split('\n').length;

/** Files over `limit` lines, generated ones aside. */
export const findLongFiles = (sources: Sources, limit: number): readonly string[] =>
  [...sources]
    .filter(([path]) => roomOf(path) !== 'generated')
    .filter(([, text]) => countLines(text) > limit)
    .map(([path, text]) => `${path} has ${countLines(text)} lines`);
