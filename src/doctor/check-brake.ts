import { toIso } from '../domain/instant.ts';
import { ok, problem } from './finding.ts';
import type { Check } from './gathered.ts';

/** Is anybody held back who should hear something (semantics G10). */
export const checkBrake: Check = {
  name: 'brake',
  find: ({ store }) => {
    if (!store.read) return [];
    const { stop, held } = store.value.counts.brake;
    if (stop === null) return [ok('No brake is engaged: entries into messaging go.')];
    return [
      problem(
        `Since ${toIso(stop.engagedAt)} the brake holds entries into messaging back: ${stop.entered} of ${stop.known} known people entered at once, ${held.share} wait.`,
        'Look at who they are and why. If it is true: recoup brakes release --reason "…".',
      ),
    ];
  },
};
