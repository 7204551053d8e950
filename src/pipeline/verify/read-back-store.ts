import type { ToolDelivererOptions } from '../tools/deliver-tools.ts';

type Deliveries = ToolDelivererOptions['store'];

/** The store as the deliverer of a tool sees it that can be read back: what it settles is looked at. */
export const withReadBack = (store: Deliveries): Deliveries => ({
  ...store,
  settleTools: (settlements, ...at) =>
    store.settleTools(
      settlements.map((settlement) => ({ ...settlement, readsBack: true })),
      ...at,
    ),
});
