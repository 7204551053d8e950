import { readFileSync } from 'node:fs';
import { parsePolicy } from '../src/config/policy.ts';
import type { Policy } from '../src/domain/policy.ts';

/** The policy that Recoup comes with. */
export const readShippedPolicy = (): Policy => {
  const result = parsePolicy(readFileSync('policy.yaml', 'utf8'));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.value;
};
