import type { ToolProblem } from '../../src/destination-kit/define-tool.ts';
import { checkCredentials } from './credentials.ts';
import { findUnknownCampaigns } from './find-campaigns.ts';
import { readProjectFields } from './project-fields.ts';
import type { IterableSettings } from './settings.ts';

/** Iterable's soft limit of user fields of a project, and how many the next audiences may want. */
const MAX_FIELDS = 1_000;
const ROOM = 50;

/**
 * What deliveries would stumble over: a key that may not write or wants a JWT, a project that knows users by email, and
 * one without room for more fields; campaigns whose sends are to be canceled and that are not there. No call tells the kind of a project; the name of the field of list subscriptions does.
 */
export const inspect = async (settings: IterableSettings, timeoutMs: number): Promise<readonly ToolProblem[]> => {
  const check = await checkCredentials(settings, timeoutMs);
  if (!check.ok)
    return [
      {
        problem: `The key cannot write: ${check.reason}`,
        mend: 'Make a server-side API key, without JWT, in Integrations > API Keys',
      },
    ];
  const fields = await readProjectFields(settings, timeoutMs);
  return [...findEmailProject(fields), ...findNoRoom(fields), ...(await findUnknownCampaigns(settings, timeoutMs))];
};

const findEmailProject = (fields: ReadonlyMap<string, string>): readonly ToolProblem[] =>
  fields.has('emailListIds') && !fields.has('userListIds')
    ? [
        {
          problem:
            'The project seems to know users by email: whoever has no user id there is made a second time, without an address',
          mend: 'Give every user of the project the userId that billing carries, or use a hybrid or userId-based project',
        },
      ]
    : [];

const findNoRoom = ({ size }: ReadonlyMap<string, string>): readonly ToolProblem[] =>
  size > MAX_FIELDS - ROOM
    ? [
        {
          problem: `The project has ${size} user fields, of ${MAX_FIELDS}`,
          mend: 'Remove some, or ask Iterable for more',
        },
      ]
    : [];
