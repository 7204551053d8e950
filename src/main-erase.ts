import { TOOLS } from '../destinations/index.ts';
import type { Eraser } from './cli/doors.ts';
import { whatTurnsOn } from './config/tool-access.ts';
import type { Tool } from './destination-kit/define-tool.ts';
import type { Policy } from './domain/policy.ts';
import { type ToolCredentials, toPolicySettings } from './main-tools.ts';
import { makeEraseInSegment } from './segment/regulations.ts';

/** Who deletes people outside of the store, as far as there are keys. */

const TIMEOUT_MS = 20_000;

export interface ErasersOptions {
  readonly credentials: ToolCredentials;
  /** Names the fields by which the tools know people, accounts and episodes. */
  readonly policy: Policy;
  /** Of Segment's Public API; null: nobody may ask it. */
  readonly segment: { readonly token: string; readonly base: string } | null;
}

const toEraser = (tool: Tool, { credentials, policy }: ErasersOptions): Eraser => {
  const { key, vendor, subject, erase, eraseByHand = `in ${key}, delete what stands under these ids` } = tool;
  const of = subject === 'person' || subject === 'contact' ? 'users' : 'accounts';
  const told = { tool: key, of, byHand: eraseByHand } as const;
  const values = credentials[vendor];
  if (erase === undefined) return { ...told, erase: null, missing: 'people delete there by hand' };
  if (values === undefined) return { ...told, erase: null, missing: `set ${whatTurnsOn(key)}` };
  const settings = tool.credentials({ ...values, ...toPolicySettings(vendor, policy) });
  return { ...told, erase: (ids) => erase(settings, ids, TIMEOUT_MS), missing: null };
};

/** Segment and every tool. */
export const openErasers = (options: ErasersOptions): readonly Eraser[] => [
  {
    tool: 'segment',
    of: 'users',
    erase: options.segment === null ? null : makeEraseInSegment({ ...options.segment, timeoutMs: TIMEOUT_MS }),
    missing: options.segment === null ? 'set SEGMENT_PUBLIC_API_TOKEN' : null,
    byHand: 'in Segment, under Privacy, request the deletion and suppression of these user ids',
  },
  ...TOOLS.map((tool) => toEraser(tool, options)),
];
