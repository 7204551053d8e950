import { ok, warning } from './finding.ts';
import type { Check } from './gathered.ts';

/** Does anything leave. */
export const checkMode: Check = {
  name: 'mode',
  find: ({ settings }) => {
    if (!settings.read) return [];
    if (settings.value.mode === 'enforce') return [ok('Recoup enforces: calls leave for Segment and the tools.')];
    return [
      warning(
        'Recoup observes: every call is recorded and none leaves.',
        'When what is recorded looks right: MODE=enforce with NAMESPACE and SEGMENT_WRITE_KEY, and start again.',
      ),
    ];
  },
};
