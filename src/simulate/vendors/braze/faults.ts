import type { ToolFault } from '../tool-stand-in.ts';
import type { TrackRequest } from './track-request.ts';

/** What goes wrong with a request to `/users/track`. */
export type BrazeFault =
  /** Answered so, nothing applied. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message?: string;
      /** In place of Braze's envelope. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 429, with the reset in UTC milliseconds, if any, sent as seconds. */
  | { readonly kind: 'throttled'; readonly resetAt: number | null }
  /** Objects of these people are refused, the others taken. `unplaced`: the errors name no index. */
  | { readonly kind: 'partial'; readonly users: readonly string[]; readonly unplaced?: boolean }
  /** No answer: the socket stays open, or is destroyed. */
  | { readonly kind: 'silence'; readonly applied: boolean; readonly socket: 'open' | 'destroyed' }
  /** Answered 201 now, applied after `calls` more calls, or when the test says so (null), or whoever is given it by `hold`. */
  | {
      readonly kind: 'late';
      readonly calls: number | null;
      readonly socket?: 'destroyed';
      readonly hold?: (apply: () => void) => void;
    }
  /** Answered after `ms` of real time, all else as usual. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** 201 with a body that is not Braze's. */
  | { readonly kind: 'garbage'; readonly applied: boolean; readonly body: string };

/** Which requests a fault meets; all that are given must hold. */
export interface FaultWhen {
  /** How many requests; without it, until told otherwise. */
  readonly calls?: number;
  /** From this instant of the test's clock on, and before that one, in UTC milliseconds. */
  readonly from?: number;
  readonly until?: number;
  /** Only requests that name this person, or one of these. */
  readonly holding?: string | readonly string[];
  /** Only requests of more objects. */
  readonly above?: number;
}

export interface InjectedFault {
  readonly fault: BrazeFault;
  readonly at: number;
  /** Number of the request, from 0. */
  readonly request: number;
  readonly users: readonly string[];
  /** Its content was applied, now or later, and the caller was not told so. */
  readonly unsure: boolean;
}

export interface FaultPlan {
  /** Answers how to withdraw it. */
  readonly inject: (fault: BrazeFault, when?: FaultWhen) => () => void;
  /** Ends every fault. */
  readonly heal: () => void;
  /** The fault that this request meets, the first injected first. */
  readonly take: (request: TrackRequest | null, index: number, now: number) => BrazeFault | null;
  readonly log: readonly InjectedFault[];
}

export const makeFaultPlan = (): FaultPlan => {
  const plans: { fault: BrazeFault; when: FaultWhen; left: number }[] = [];
  const log: InjectedFault[] = [];
  return {
    inject: (fault, when = {}) => {
      const plan = { fault, when, left: when.calls ?? Number.POSITIVE_INFINITY };
      plans.push(plan);
      return () => {
        plan.left = 0;
      };
    },
    heal: () => void plans.splice(0),
    take: (request, index, now) => {
      const plan = plans.find(({ when, left }) => left > 0 && meets(when, request, now));
      if (plan === undefined) return null;
      plan.left -= 1;
      const { fault } = plan;
      log.push({ fault, at: now, request: index, users: request?.users ?? [], unsure: isUnsure(fault) });
      return fault;
    },
    log,
  };
};

/** A fault that all vendors share, as Braze has it. */
export const toBrazeFault = (fault: ToolFault | null): BrazeFault | null => {
  switch (fault?.kind) {
    case 'throttled':
      return { kind: 'throttled', resetAt: null };
    case 'partial':
      return { kind: 'partial', users: fault.ids };
    case 'late':
      return { ...fault, calls: null };
    default:
      return fault ?? null;
  }
};

const meets = (when: FaultWhen, request: TrackRequest | null, now: number): boolean =>
  now >= (when.from ?? Number.NEGATIVE_INFINITY) &&
  now < (when.until ?? Number.POSITIVE_INFINITY) &&
  (when.holding === undefined || [when.holding].flat().some((user) => request?.users.includes(user))) &&
  (when.above === undefined || (request?.objects ?? 0) > when.above);

const isUnsure = (fault: BrazeFault): boolean => {
  if (fault.kind === 'late') return fault.socket === 'destroyed';
  return (fault.kind === 'silence' || fault.kind === 'garbage') && fault.applied;
};
