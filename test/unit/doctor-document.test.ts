import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/doctor/checks.ts';

describe('docs/doctor.md', () => {
  it('has a section for every check, and for nothing else, in their order', () => {
    const sections = [...readFileSync('docs/doctor.md', 'utf8').matchAll(/^## (\S+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(CHECKS.map(({ name }) => name));
  });
});
