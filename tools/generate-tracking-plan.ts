import { emitDocs } from './plan/emit-docs.ts';
import { emitTypes } from './plan/emit-types.ts';
import { readPlan } from './plan/read-plan.ts';
import { type Generated, writeOrCheck } from './write-or-check.ts';

/** What `tracking-plan.json` yields: the types with their validators, and the page that people read. */
export const generateTrackingPlan = (): readonly Generated[] => {
  const plan = readPlan();
  return [
    { path: 'src/generated/tracking-plan.ts', text: emitTypes(plan) },
    { path: 'docs/tracking-plan.md', text: emitDocs(plan) },
  ];
};

if (import.meta.main) writeOrCheck(generateTrackingPlan());
