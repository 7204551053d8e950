import type { ToolStore } from '../tools/tool-ports.ts';

type Deliveries = Omit<ToolStore, 'wakeForTool' | 'toolCounts'>;

/** The store as the deliverer of a tool sees it that can be read back: what it settles is looked at. */
export const withReadBack = (store: Deliveries): Deliveries => ({
  ...store,
  settleTools: (settlements, ...at) =>
    store.settleTools(
      settlements.map((settlement) => ({ ...settlement, readsBack: true })),
      ...at,
    ),
});
