import type { ToolFault } from '../tool-stand-in.ts';

export interface SalesforceFaults {
  readonly inject: (
    fault: ToolFault,
    when?: { readonly calls?: number; readonly holding?: readonly string[] },
  ) => () => void;
  readonly heal: () => void;
  /** The fault that a request meets; a read meets only those that say so. */
  readonly take: (kind: 'read' | 'write', text: string) => ToolFault | null;
}

export const makeSalesforceFaults = (): SalesforceFaults => {
  const plans: { fault: ToolFault; holding: readonly string[] | undefined; left: number }[] = [];
  return {
    inject: (fault, when = {}) => {
      const plan = { fault, holding: when.holding, left: when.calls ?? Number.POSITIVE_INFINITY };
      plans.push(plan);
      return () => {
        plan.left = 0;
      };
    },
    heal: () => void plans.splice(0),
    take: (kind, text) => {
      const plan = plans.find(
        ({ fault, holding, left }) =>
          left > 0 &&
          (kind === 'write' || (fault.kind === 'status' && fault.reads === true)) &&
          (holding === undefined ||
            holding.some((id) => text.includes(JSON.stringify(id)) || text.includes(`'${id}'`))),
      );
      if (plan === undefined) return null;
      plan.left -= 1;
      return plan.fault;
    },
  };
};
