import nock from 'nock';
import { afterAll, afterEach, beforeAll } from 'vitest';

// Its import alone takes over every client of the process, and test files share their worker's: a file that never
// asked for it would speak through it.
nock.restore();

/** Answers the requests of the calling test file itself, and of no file after it. */
export const intercept = (): typeof nock => {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
  });
  afterEach(() => nock.cleanAll());
  afterAll(() => nock.restore());
  return nock;
};

export type Body = nock.Body;
export type Scope = nock.Scope;
