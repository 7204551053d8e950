import { AUDIENCES } from '../../audiences/index.ts';
import { toUserFields } from '../../destinations/iterable/field-values.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { instant, toIso } from '../../src/domain/instant.ts';
import type { UserTraits } from '../../src/generated/tracking-plan.ts';
import type { Standing } from '../../src/ledger/standing.ts';
import type { View } from '../../src/pipeline/decide.ts';
import type { GuardAnswer, GuardReason } from '../../src/pipeline/guard/guard.ts';
import { findEdges } from '../../src/pipeline/tools/edges.ts';
import { findFlow } from '../../src/pipeline/tools/flow.ts';
import type { Template } from '../../tools/message-pack/lay-out.ts';
import type { Copy } from '../../tools/message-pack/read-copy.ts';
import { type Answer, type Rendered, renderLiquid } from '../stand-ins/braze/liquid.ts';
import { renderHandlebars } from '../stand-ins/iterable/handlebars.ts';

type Values = Readonly<Record<string, unknown>>;

/** Attributes that messaging tools hold of a person. */
export const ATTRIBUTES: ReadonlySet<string> = new Set(fieldsOf('person', AUDIENCES.all).map(({ name }) => name));

const NOW = instant(Date.UTC(2026, 2, 10, 9));

const namesOfExit = (episode: Values, events: readonly Values[]): readonly string[] => {
  const view = { events, episodes: [episode], flow: null } as unknown as View;
  const { edges } = findEdges({
    view,
    before: { running: 'E', announced: [] },
    silentStage: null,
    now: NOW,
    idOf: (...key) => key.join(':'),
  });
  return Object.keys(edges[0]?.event.properties ?? {});
};

const standing = { lead: { episode: { id: 'E' }, stage: 'retrying', lastAttempt: null }, inDunning: true };
const recovery = { dunning_episode_id: 'E', late: false, amount: 1, currency: 'USD', recovered_via: '', attempts: 1 };

/** Names of the properties of the events by which flows are entered, as the relay makes them. */
export const PROPERTIES: Readonly<Record<Copy['entry'], readonly string[]>> = {
  none: [],
  dunning_stage_entered: Object.keys(
    findFlow(standing as unknown as Standing, {} as unknown as UserTraits)?.properties ?? {},
  ),
  payment_recovered: namesOfExit({ id: 'E', outcome: 'recovered' }, [
    { event: 'payment_recovered', at: NOW, properties: () => recovery },
  ]),
  dunning_exited: namesOfExit({ id: 'E', outcome: 'lost' }, []),
};

/** Where a person has to stand for each kind of message. */
const STANDING: Readonly<Record<Copy['guard'], Values>> = {
  dunning: { in_dunning: true, dunning_status: 'active' },
  pre_dunning: { in_dunning: false, in_pre_dunning: true, dunning_status: 'pre_dunning' },
  recovery: { in_dunning: false, dunning_status: 'recovered' },
  none: { in_dunning: false, dunning_status: 'lost', dunning_suppressed: false },
};

export const LINK = 'https://app.example.com/billing?account=cus_NffrFeUfNV2Hib&from=mail';
export const BILLING_PAGE = 'https://app.example.com/billing';

/** All that can be known. */
export const KNOWN: Values = {
  dunning_episode_id: 'ep_1',
  next_retry_date: '2026-03-12T09:00:00.000Z',
  next_retry_status: 'scheduled',
  dunning_amount_due: 49.5,
  dunning_currency: 'USD',
  dunning_attempt_number: 1,
  dunning_failure_class: 'insufficient_funds',
  update_payment_url: LINK,
  card_expires_at: '2026-05-01T00:00:00.000Z',
  plan_id: 'pro',
  amount: 49.5,
  currency: 'USD',
  recovered_via: 'automatic_retry',
  attempts: 2,
  outcome: 'lost',
};

/** The same person of whom the tool holds the episode and nothing else. */
export const UNKNOWN: Values = { dunning_episode_id: 'ep_1' };

const LEAVE: GuardAnswer = {
  suppress: false,
  reason: null,
  dunning_status: 'active',
  dunning_episode_id: 'ep_1',
  next_retry_date: null,
  as_of: toIso(NOW),
};

/** The guard's answer where a message may go out, and where not for this reason. */
export const PASSES: Answer = { status: 200, body: { ...LEAVE } };
export const stopped = (reason: GuardReason): Answer => ({
  status: 200,
  body: { ...LEAVE, suppress: true, reason },
});

export interface Moment {
  /** Attributes and properties that differ from what the message presupposes. */
  readonly values: Values;
  readonly answer?: Answer;
  /** Attributes alone, over all else. */
  readonly attributes?: Values;
  readonly userId?: string;
  readonly onAsk?: (url: string) => void;
}

const pick = (values: Values, names: Iterable<string>): Values =>
  Object.fromEntries([...names].flatMap((name) => (name in values ? [[name, values[name]]] : [])));

/** The template for a person at a moment, in its own tool, with the values as the tool's destination writes them. */
export const render = ({ copy, language, text }: Template, moment: Moment): Rendered => {
  const { values, answer = PASSES, userId = 'user 1/ä', onAsk } = moment;
  const attributes = { ...STANDING[copy.guard], ...pick(values, ATTRIBUTES), ...moment.attributes };
  const event = pick(values, PROPERTIES[copy.entry]);
  if (language.folder === 'iterable') {
    const profile = { userId, ...toUserFields(attributes).dataFields };
    const feed = answer.status === 200 ? answer.body : null;
    return renderHandlebars(text, { profile, event: toUserFields(event).dataFields, guard: feed });
  }
  const ask = (url: string): Answer => {
    onAsk?.(url);
    return answer;
  };
  return renderLiquid(text, { userId, attributes, context: event, ask });
};

/** What a customer reads: tags gone, entities as characters, blank lines as one. */
export const toWords = (html: string): string =>
  html
    .replaceAll(/<head>.*<\/head>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&#x3D;', '=')
    .replaceAll(/\s+/g, ' ')
    .trim();
