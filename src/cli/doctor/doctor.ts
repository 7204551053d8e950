import { runChecks } from '../../doctor/checks.ts';
import type { CliDoors } from '../doors.ts';
import { EXIT } from '../failure.ts';
import { sayJson } from '../terminal.ts';
import { gather } from './doctor-gather.ts';
import { sayFindings, tallyFindings } from './doctor-text.ts';

/** As the relay's own: a setting needs a person. */
export const EXIT_CONFIGURATION = 78;

/** `recoup doctor`: looks at everything around the relay and says what to mend. Changes nothing anywhere. */
export const runDoctor = async (doors: CliDoors, options: { readonly json?: boolean }): Promise<number> => {
  const gathered = await gather(doors);
  const findings = runChecks(gathered);
  const tally = tallyFindings(findings);
  if (options.json === true) sayJson({ summary: tally, findings });
  else sayFindings(findings);
  if (!gathered.settings.read || !gathered.policy.read) return EXIT_CONFIGURATION;
  return tally.problem > 0 ? EXIT.failed : EXIT.done;
};
