import { TOOLS } from '../destinations/index.ts';
import type { Eraser } from './cli/doors.ts';
import type { Tool } from './destination-kit/define-tool.ts';
import type { ToolCredentials } from './main-tools.ts';
import { makeEraseInSegment } from './segment/regulations.ts';

/** Who deletes people outside of the store, as far as there are keys. */

const TIMEOUT_MS = 20_000;

export interface ErasersOptions {
  readonly credentials: ToolCredentials;
  /** Of Segment's Public API; null: nobody may ask it. */
  readonly segment: { readonly token: string; readonly base: string } | null;
}

const toEraser = ({ key, vendor, credentials, erase }: Tool, values: ToolCredentials[string] | undefined): Eraser => {
  const byHand = `delete the profiles with these ids in ${key}`;
  if (erase === undefined) return { tool: key, erase: null, missing: 'it has no way to delete people', byHand };
  if (values === undefined)
    return { tool: key, erase: null, missing: `the credentials of ${vendor} are not set`, byHand };
  const settings = credentials(values);
  return { tool: key, erase: (userIds) => erase(settings, userIds, TIMEOUT_MS), missing: null, byHand };
};

/** Only they know people by user id. */
const holdsUsers = ({ subject }: Tool): boolean => subject === 'person' || subject === 'contact';

/** Segment and every tool that holds people. */
export const openErasers = ({ credentials, segment }: ErasersOptions): readonly Eraser[] => [
  {
    tool: 'segment',
    erase: segment === null ? null : makeEraseInSegment({ ...segment, timeoutMs: TIMEOUT_MS }),
    missing: segment === null ? 'SEGMENT_PUBLIC_API_TOKEN is not set' : null,
    byHand: 'in Segment, under Privacy, request the deletion and suppression of these user ids',
  },
  ...TOOLS.filter(holdsUsers).map((tool) => toEraser(tool, credentials[tool.vendor])),
];
