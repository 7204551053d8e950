import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(path, 'utf8');
const readme = read('README.md');

const relativeLinks = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

const brokenLinks = (path: string, text: string): readonly string[] =>
  relativeLinks(text)
    .filter((target) => !existsSync(join(dirname(path), target)))
    .map((target) => `${path} -> ${target}`);

describe('documents', () => {
  it('link only to what exists', () => {
    const pages = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md']);
    expect(pages.flatMap((page) => brokenLinks(page, read(page)))).toEqual([]);
    expect(brokenLinks('README.md', '[gone](src/gone.ts) [here](src) [web](https://segment.com)')).toHaveLength(1);
  });

  it('lead a newcomer to the core loop first', () => {
    expect(relativeLinks(readme)[0]).toBe('src/pipeline/loop.ts');
  });

  it('name only commands that npm knows', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named).toContain('demo');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('give the two commands, and npm start right below, before any other', () => {
    const commands = [...readme.matchAll(/^ {4}(npm [^#\n]+?)\s+#/gm)].map(([, command]) => command);
    expect(commands.slice(0, 3)).toEqual(['npm ci && npm run demo', 'npm ci && npm test', 'npm start']);
  });
});
