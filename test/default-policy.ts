import { parsePolicy } from '../src/config/policy.ts';
import type { Policy } from '../src/domain/policy.ts';

const load = (): Policy => {
  const parsed = parsePolicy('');
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  return parsed.value;
};

/** What an empty policy.yaml means. */
export const DEFAULT_POLICY: Policy = load();
