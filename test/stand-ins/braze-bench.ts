import { braze } from '../../destinations/braze/index.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { DAY_MS, type Instant, instant, plus, SECOND_MS, toIso } from '../../src/domain/instant.ts';
import type { BrazeFault } from '../../src/simulate/vendors/braze/faults.ts';
import { startBrazeStandIn } from '../../src/simulate/vendors/braze/server.ts';
import type { OpenToolBench, StandInRequest, ToolFault } from '../../src/simulate/vendors/tool-stand-in.ts';

const KEY = 'braze-key-of-the-bench';

/** Braze with its stand-in, as the shared contract suite drives it. Braze makes whomever it does not know. */
export const openBrazeBench: OpenToolBench = async ({ now }) => {
  const requests: StandInRequest[] = [];
  const standIn = await startBrazeStandIn({ key: KEY, now, onRequest: (request) => requests.push(request) });
  const settingsOf = (apiKey: string) => braze.credentials({ apiKey, endpoint: standIn.url });
  return {
    tool: braze,
    standIn: {
      url: standIn.url,
      requests,
      inject: (fault, when) => standIn.faults.inject(toBrazeFault(fault, now()), when),
      heal: standIn.faults.heal,
      applyLate: standIn.applyLate,
      close: standIn.close,
    },
    settings: settingsOf(KEY),
    badSettings: settingsOf('a-key-of-another-instance'),
    know: () => {},
    record: (id, parts) => toRecord(id, instant(now()), parts),
    heldOf: (id) => standIn.users.all.get(id)?.attributes ?? null,
    eventsOf: (id) => standIn.users.events.filter(({ externalId }) => externalId === id).map(({ name }) => name),
  };
};

const toBrazeFault = (fault: ToolFault, now: number): BrazeFault => {
  if (fault.kind === 'throttled') return { kind: 'throttled', resetAt: now + 2 * SECOND_MS };
  if (fault.kind === 'partial') return { kind: 'partial', users: fault.ids };
  if (fault.kind === 'late') return { kind: 'late', calls: null };
  return fault;
};

const toRecord = (userId: string, at: Instant, parts: Partial<ToolRecord> = {}): ToolRecord => ({
  userId,
  at,
  attributes: {
    in_dunning: true,
    dunning_stage: 'first_failure',
    dunning_amount_due: 49.5,
    dunning_episode_id: `dun_${userId}`,
    next_retry_date: toIso(plus(at, 3 * DAY_MS)),
    update_payment_url: 'https://pay.example.com/i/1',
    dunning_state_version: 1,
  },
  events: [
    {
      id: `entry:${userId}`,
      name: 'dunning_stage_entered',
      at: plus(at, -SECOND_MS),
      properties: { dunning_episode_id: `dun_${userId}`, stage: 'first_failure' },
    },
  ],
  isNew: true,
  ...parts,
});
