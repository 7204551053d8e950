import { defineConfig } from 'vitest/config';

/** The quick tests that guard what `npm run mutate` mutates; all of them look from outside, at what is promised. */
export default defineConfig({
  test: {
    include: [
      'test/contract/audience-{language,explain,shipped}.test.ts',
      'test/contract/*-boundaries.test.ts',
      'test/contract/tool-to-record.test.ts',
      'test/property/audience-until.test.ts',
      'test/scenario/{day-tables,endings,reversals,same-second,settling,taken-back}.test.ts',
      'test/scenario/{set-right,people-and-rules,readings,card-expiring,charged-card,braze}.test.ts',
    ],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
    // One thread for all files of a mutant: starting one for each costs more than the tests.
    isolate: false,
  },
});
