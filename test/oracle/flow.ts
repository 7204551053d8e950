import type { Answer } from './answer.ts';

/** A word for a flow of a tool, as it was told. `reachable`: since the word before, somebody was to be written to. */
export interface Heard {
  readonly kind: 'entered' | 'exited';
  readonly stage: string | null;
  readonly outcome: string | null;
  readonly reachable: boolean;
}

/** Does a flow run that was told all this, in order. */
export const runs = (heard: readonly Heard[]): boolean => heard.at(-1)?.kind === 'entered';

/**
 * What is wrong with what the flow of one episode was told in all (D6, G3): an announced stage is announced once, and
 * whoever is held back leaves once for each time that there was something to leave.
 */
export const faultsOf = (heard: readonly Heard[]): readonly string[] =>
  heard.flatMap((each, index) => {
    const before = heard.slice(0, index);
    if (each.kind === 'entered')
      return before.some(({ stage }) => stage === each.stage) ? [`${each.stage} announced again`] : [];
    const isRepeated = each.outcome === 'held' && before.at(-1)?.outcome === 'held' && !each.reachable;
    return isRepeated ? ['held twice'] : [];
  });

/** G3, D6: may a flow of that episode run now; where the episode leads and may not, how the flow has to have ended. */
export const flowVerdict = (
  said: Answer,
  leads: boolean,
): { readonly mayRun: boolean; readonly outcome: 'held' | null } => {
  if (!leads) return { mayRun: false, outcome: null };
  return { mayRun: said.inDunning, outcome: said.inDunning ? null : 'held' };
};
