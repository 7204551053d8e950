import { ERRORS } from '../src/domain/errors.ts';
import { type Generated, writeOrCheck } from './write-or-check.ts';

/** What `src/domain/errors.ts` yields: the page that lists every error code. */
export const generateErrors = (): readonly Generated[] => {
  const rows = Object.entries(ERRORS).map(
    ([code, { message, retry }]) => `| \`${code}\` | ${message.replaceAll('|', '\\|')} | ${retry ? 'yes' : 'no'} |`,
  );
  return [{ path: 'docs/errors.md', text: `${HEAD}${rows.join('\n')}\n` }];
};

const HEAD = `<!-- Generated from src/domain/errors.ts by tools/generate-errors.ts. Do not edit. -->

# Errors

Every error that a person can meet, by code. \`{name}\` is filled in when it happens; secrets and personal data never are.

| code | what happened and what to do | does a retry help |
|---|---|---|
`;

if (import.meta.main) writeOrCheck(generateErrors());
