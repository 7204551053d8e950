import type { ToolFault } from '../tool-stand-in.ts';

export interface FaultWhen {
  readonly calls?: number;
  readonly holding?: readonly string[];
}

export interface Faults {
  readonly inject: (fault: ToolFault, when?: FaultWhen) => () => void;
  readonly heal: () => void;
  /** The fault that a request meets, the first injected first. `follows`: it completes the call of the write before it. */
  readonly take: (request: {
    readonly users: readonly string[];
    readonly isRead: boolean;
    readonly follows: boolean;
  }) => ToolFault | null;
}

interface Plan {
  readonly fault: ToolFault;
  readonly when: FaultWhen;
  left: number;
}

export const makeFaults = (): Faults => {
  const plans: Plan[] = [];
  /** People refused for their data are refused in both requests of a call. */
  let last: Plan | null = null;
  const meets = ({ fault, when, left }: Plan, users: readonly string[], isRead: boolean): boolean => {
    if (left <= 0 || isRead !== (fault.kind === 'status' && fault.reads === true)) return false;
    return when.holding === undefined || when.holding.some((id) => users.includes(id));
  };
  return {
    inject: (fault, when = {}) => {
      const plan = { fault, when, left: when.calls ?? Number.POSITIVE_INFINITY };
      plans.push(plan);
      return () => {
        plan.left = 0;
      };
    },
    heal: () => {
      plans.splice(0);
      last = null;
    },
    take: ({ users, isRead, follows }) => {
      const kept = follows && last?.fault.kind === 'partial' ? last : null;
      if (kept !== null && !isRead) return kept.fault;
      const plan = plans.find((each) => meets(each, users, isRead)) ?? null;
      if (!isRead) last = plan;
      if (plan === null) return null;
      plan.left -= 1;
      return plan.fault;
    },
  };
};
