import { agentFieldOf, pickAgentFields } from './agent-status.ts';
import type { SetUpPlan, SetUpStep } from './define-tool.ts';
import type { Field } from './fields.ts';

/**
 * What a support tool lacks of the fields that agents see.
 * @param held the tool's own fields by the name that it holds them by.
 * @param findConflict why a field that is there cannot be used as it is; null: it can.
 */
export const planAgentFields = <Held>(
  fields: readonly Field[],
  held: ReadonlyMap<string, Held>,
  toStep: (field: Field) => SetUpStep,
  findConflict: (field: Field, held: Held) => string | null,
): SetUpPlan => {
  const [missing, conflicts, present]: [SetUpStep[], string[], string[]] = [[], [], []];
  for (const field of pickAgentFields(fields)) {
    const found = held.get(agentFieldOf(field.name));
    const conflict = found === undefined ? null : findConflict(field, found);
    if (found === undefined) missing.push(toStep(field));
    else if (conflict !== null) conflicts.push(conflict);
    else present.push(toStep(field).what);
  }
  return { missing, conflicts, present };
};
