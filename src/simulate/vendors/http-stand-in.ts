import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { listen } from './listen.ts';
import { readBody } from './read-body.ts';
import type { StandInRequest, ToolFault, ToolStandIn } from './tool-stand-in.ts';

export interface VendorRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: string;
  /** Parsed JSON; null when there is none. */
  readonly body: unknown;
}

export interface VendorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
}

/** What a vendor makes of a request. */
export interface Judgement extends VendorAnswer {
  /** A good request that writes: what it changes, and about whom it is. */
  readonly write?: { readonly subjects: readonly string[]; readonly apply: () => void };
}

/** A vendor's own ways, around the faults that all share. */
export interface Vendor {
  readonly judge: (request: VendorRequest) => Judgement;
  readonly throttled: () => VendorAnswer;
  /** How it refuses one subject's write for its data. */
  readonly refused: () => VendorAnswer;
  /** Its envelope of a status. */
  readonly failed: (status: number) => unknown;
}

interface Plan {
  readonly fault: ToolFault;
  readonly holding: readonly string[] | undefined;
  left: number;
}

/** Serves a vendor that writes one subject per request on a free loopback port, with faults on demand. */
export const startHttpStandIn = async (vendor: Vendor): Promise<ToolStandIn> => {
  const requests: { -readonly [Key in keyof StandInRequest]: StandInRequest[Key] }[] = [];
  const plans: Plan[] = [];
  const late: (() => void)[] = [];

  const faultOf = ({ write, status }: Judgement): ToolFault | null => {
    const subjects = write?.subjects ?? [];
    const plan = plans.find(({ fault, holding, left }) => {
      if (left <= 0 || status >= 400) return false;
      if (write === undefined) return fault.kind === 'status' && fault.reads === true;
      if (fault.kind === 'partial' && !subjects.some((id) => fault.ids.includes(id))) return false;
      return holding === undefined || subjects.some((id) => holding.includes(id));
    });
    if (plan === undefined) return null;
    plan.left -= 1;
    return plan.fault;
  };

  /** What is answered, once what the fault lets through is applied; null: nothing. */
  const settle = (judged: Judgement, fault: ToolFault | null): VendorAnswer | null => {
    const apply = judged.write?.apply ?? (() => {});
    switch (fault?.kind) {
      case 'status':
        return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? vendor.failed(fault.status) };
      case 'throttled':
        return vendor.throttled();
      case 'partial':
        return vendor.refused();
      case 'late':
        late.push(apply);
        return judged;
      case 'silence':
        if (fault.applied) apply();
        return null;
      case 'garbage':
        if (fault.applied) apply();
        return { status: judged.status, body: fault.body };
      default:
        apply();
        return judged;
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = (await readBody(request)).toString('utf8');
    const { method = '', url: path = '', headers } = request;
    const body = parseJson(raw);
    const entry = { method, path, headers, body, status: null as number | null };
    requests.push(entry);
    const judged = vendor.judge({ method, path, headers, raw, body });
    const fault = faultOf(judged);
    const answer = settle(judged, fault);
    if (answer === null) {
      if (fault?.kind === 'silence' && fault.socket === 'destroyed') request.socket.resetAndDestroy();
      return;
    }
    entry.status = answer.status;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    const type = typeof answer.body === 'string' ? 'text/html' : 'application/json';
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers }).end(text);
  };

  const { url, close } = await listen(handle);
  return {
    url,
    requests,
    inject: (fault, { calls = Number.POSITIVE_INFINITY, holding } = {}) => {
      const plan = { fault, holding, left: calls };
      plans.push(plan);
      return () => {
        plan.left = 0;
      };
    },
    heal: () => void plans.splice(0),
    applyLate: () => {
      for (const apply of late.splice(0)) apply();
    },
    close,
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
