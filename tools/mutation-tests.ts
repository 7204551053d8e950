import { matchesGlob } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The quick tests that guard what `npm run mutate` mutates; all of them look from outside, at what is promised. In this
 * order: what finds most in the least time goes first, since a mutant is done with at the first test that fails.
 */
const include = [
  'test/contract/{audience-language,audience-shipped,tool-to-record,tool-edges}.test.ts',
  'test/contract/*-boundaries.test.ts',
  'test/contract/{audience-explain,plan-violation}.test.ts',
  'test/property/audience-until.test.ts',
  'test/scenario/{boundaries,charged-card,day-tables}.test.ts',
  'test/scenario/{settling,endings,readings,reversals,taken-back,same-second}.test.ts',
  'test/scenario/{card-expiring,set-right,people-and-rules,changed-audiences,newest-word}.test.ts',
  'test/scenario/braze{,-who}.test.ts',
];

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => include.findIndex((glob) => matchesGlob(moduleId, `**/${glob}`));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include,
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
    // One thread for all files of a mutant: starting one for each costs more than the tests.
    isolate: false,
    sequence: { sequencer: InOrder },
  },
});
