import type { Truth } from './truth.ts';

/** What a tool holds of a person; null: nothing. */
interface Holding {
  readonly inDunning: boolean;
  readonly status: string | null;
  readonly episode: string | null;
}

interface HoldingTool {
  readonly tool: string;
  readonly heldOf: (userId: string) => Holding | null;
}

/** A person of whom a tool holds what is not true. */
export interface Difference {
  readonly tool: string;
  readonly userId: string;
  readonly what: 'in_dunning' | 'dunning_status' | 'dunning_episode_id';
  readonly held: string | boolean | null;
  readonly should: string;
}

const OVER = ['recovered', 'lost', 'none', 'pre_dunning'];

const statusesOf = ({
  owes,
  inDunning,
}: {
  readonly owes: boolean;
  readonly inDunning: boolean;
}): readonly string[] => {
  if (inDunning) return ['active', 'exhausted'];
  // Who has left owes what nobody will collect.
  return owes ? ['held', 'lost', 'none'] : OVER;
};

const differencesOf = (truth: Truth, { tool, heldOf }: HoldingTool, userId: string): readonly Difference[] => {
  const standing = truth.of(userId);
  const held = heldOf(userId);
  if (standing.hinted) return [];
  if (held === null) {
    return standing.inDunning ? [{ tool, userId, what: 'in_dunning', held: null, should: 'true' }] : [];
  }
  const found: Difference[] = [];
  const { inDunning, status, episode } = held;
  if (inDunning !== standing.inDunning)
    found.push({ tool, userId, what: 'in_dunning', held: inDunning, should: String(standing.inDunning) });
  const statuses = statusesOf(standing);
  if (!statuses.includes(status ?? 'none'))
    found.push({ tool, userId, what: 'dunning_status', held: status, should: statuses.join(' or ') });
  if (standing.inDunning && episode === null)
    found.push({ tool, userId, what: 'dunning_episode_id', held: episode, should: 'the open episode' });
  return found;
};

/** Tools that hold different things of one person: at most one of them can be right. */
const contradictions = (tools: readonly HoldingTool[], userId: string): readonly Difference[] => {
  const [first, ...others] = tools;
  const reference = first?.heldOf(userId) ?? null;
  return others.flatMap(({ tool, heldOf }) => {
    const held = heldOf(userId);
    const found: Difference[] = [];
    for (const [what, name] of [
      ['dunning_status', 'status'],
      ['dunning_episode_id', 'episode'],
    ] as const) {
      const should = reference?.[name] ?? null;
      const value = held?.[name] ?? null;
      if (value !== should) found.push({ tool, userId, what, held: value, should: `${should} as ${first?.tool}` });
    }
    return found;
  });
};

/** What the tools hold in the end that is not true, nobody left out. */
export const findDifferences = (
  truth: Truth,
  tools: readonly HoldingTool[],
  userIds: readonly string[],
): readonly Difference[] =>
  userIds.flatMap((userId) => [
    ...tools.flatMap((tool) => differencesOf(truth, tool, userId)),
    ...contradictions(tools, userId),
  ]);
