import type { ActionDefinition, Preset } from '@segment/actions-core';

/**
 * The preset by which a host of Segment Actions runs an action out of the box.
 * @param partnerAction the action's key in the definition.
 */
export const presetOf = <Settings, Payload>(
  name: string,
  partnerAction: string,
  { defaultSubscription }: ActionDefinition<Settings, Payload>,
  mapping: NonNullable<Preset['mapping']>,
): Preset => ({ name, subscribe: defaultSubscription ?? '', partnerAction, mapping, type: 'automatic' });
