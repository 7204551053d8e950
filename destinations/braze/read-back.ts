import { z } from 'zod';
import type { ToolProfile } from '../../src/destination-kit/define-tool.ts';
import type { Attributes } from '../../src/destination-kit/record.ts';
import { withoutLongTexts } from '../../src/destination-kit/without-long-texts.ts';
import { askBraze, type BrazeClient } from './client.ts';
import type { BrazeSettings } from './settings.ts';
import { MAX_CHARACTERS } from './track-body.ts';

/** What Braze tells of a state: texts that are too long for it were cleared. */
export const toHeld = (desired: Attributes): Attributes =>
  withoutLongTexts(desired, ({ length }) => length > MAX_CHARACTERS);

/** Braze refuses more ids in one call. */
export const IDS_PER_CALL = 50;

type Fields = Parameters<BrazeClient['users']['export']['ids']>[0]['fields_to_export'];
// The client's list of fields is short of Canvases, which Braze documents.
const FIELDS = ['external_id', 'custom_attributes', 'canvases_received'] as string[] as Fields & string[];

const user = z.object({
  external_id: z.string(),
  custom_attributes: z.record(z.string(), z.unknown()).nullish(),
  canvases_received: z
    .array(z.object({ name: z.string(), last_entered: z.string().nullish(), last_exited: z.string().nullish() }))
    .nullish(),
});
const exported = z.object({ users: z.array(user) });

/**
 * What Braze holds of these people: custom attributes, and the Canvases that they entered and left. Braze applies a
 * write within milliseconds to minutes, so an answer soon after one may be the state before it. 250 calls a minute are allowed.
 * @returns in no order; people whom Braze does not know are left out.
 */
export const readBack = async (
  settings: BrazeSettings,
  userIds: readonly string[],
  timeoutMs: number,
): Promise<readonly ToolProfile[]> => {
  const profiles: ToolProfile[] = [];
  for (let start = 0; start < userIds.length; start += IDS_PER_CALL) {
    const answer = await askBraze(settings, timeoutMs, (braze) =>
      braze.users.export.ids({
        external_ids: userIds.slice(start, start + IDS_PER_CALL),
        fields_to_export: FIELDS,
      }),
    );
    const parsed = exported.safeParse(answer);
    if (!parsed.success) throw new Error('the answer is not an export of Braze');
    profiles.push(...parsed.data.users.map(toProfile));
  }
  return profiles;
};

const toProfile = (held: z.infer<typeof user>): ToolProfile => ({
  userId: held.external_id,
  attributes: held.custom_attributes ?? {},
  flows: (held.canvases_received ?? []).map(({ name, last_entered, last_exited }) => ({
    name,
    enteredAt: last_entered ?? null,
    exitedAt: last_exited ?? null,
  })),
});
