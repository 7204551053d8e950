import type { MarkedRecovered } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import { counted } from '../../domain/words.ts';
import type { OperatorAction } from '../../interventions/operator/operator-body.ts';
import type { Hold, PastHold } from '../../ledger/hold.ts';
import type { Intervened, IntervenedPerson } from '../../pipeline/interventions/intervention.ts';
import { COMMAND } from '../command-line.ts';
import { distance, secondText } from '../instant-text.ts';
import { clean, columns, paint } from '../terminal.ts';
import { wrap } from '../wrap.ts';

const CAUSES: Readonly<Record<Hold['cause'], string>> = {
  held: 'held back',
  opted_out: 'excluded',
  owned_elsewhere: 'left to another tool',
};

const SOURCES: Readonly<Record<Hold['source'], string>> = {
  operator: 'an operator',
  churnkey: 'Churnkey',
  churn_buster: 'Churn Buster',
};

/** Who said it: in full where a person did. */
const whoText = ({ source, actor }: Pick<Hold, 'source' | 'actor'>): string => {
  if (actor === null) return SOURCES[source];
  return `${clean(actor)} (${source === 'operator' ? source : SOURCES[source]})`;
};

const whyText = (reason: string | null): string => (reason === null ? '' : `: ${clean(reason)}`);

const momentText = (at: Instant, now: Instant): string => `${secondText(at)} UTC, ${distance(at, now)}`;

const lapseText = ({ to }: Hold, now: Instant): string =>
  to === null ? 'until it is ended' : `until ${momentText(to, now)}`;

/** A hold in one line: what, by whom, why, until when. For people at a terminal; it is told nowhere else. */
export const holdText = (hold: Hold, now: Instant): string => {
  const begins = hold.from > now ? `, from ${momentText(hold.from, now)}` : '';
  return `${CAUSES[hold.cause]} by ${whoText(hold)}${begins}, ${lapseText(hold, now)}${whyText(hold.reason)}`;
};

const endText = ({ endedBy }: PastHold): string => {
  if (endedBy === null) return 'lapsed';
  const how = endedBy.kind === 'hold_lifted' ? 'lifted by' : 'replaced by';
  return `${how} ${whoText(endedBy)}${whyText(endedBy.reason)}`;
};

/** A hold that is over, in two lines: what, by whom and why; from when to when and what ended it. */
export const pastHoldLines = (hold: PastHold): readonly string[] => [
  `${CAUSES[hold.cause]} by ${whoText(hold)}${whyText(hold.reason)}`,
  `  ${secondText(hold.from)} to ${secondText(hold.to)} UTC, ${endText(hold)}`,
];

/** A mark as recovered in one line: by whom, when, why. For people at a terminal; it is told nowhere else. */
export const markText = (mark: MarkedRecovered): string =>
  `marked as recovered by ${whoText(mark)}, ${secondText(mark.occurredAt)} UTC${whyText(mark.reason)}`;

const NOW: Readonly<Record<OperatorAction, string>> = {
  hold: 'Flows in every tool stop, every dunning audience is left, and no stage is announced meanwhile. What happens to the payments goes on being told to Segment.',
  exclude:
    'Flows in every tool stop, every dunning audience is left, and none is entered again. What happens to the payments goes on being told to Segment.',
  resume:
    'Whatever still holds goes on from where it stands now. A stage that was announced before is not announced again.',
  mark_recovered:
    'The dunning ends as recovered: flows stop, and a later failed retry of these invoices starts none. If the billing provider says that they were paid or voided, its word counts.',
};

const STILL = 'Still held back: ';

const nextText = (action: OperatorAction, { dunning_status, suppression_reason }: IntervenedPerson): string => {
  const stands =
    suppression_reason === null ? `Status now: ${dunning_status}.` : `Status now: held (${suppression_reason}).`;
  const isStillHeld = action === 'resume' && suppression_reason !== null;
  return isStillHeld ? `${STILL}${suppression_reason}. Nothing goes out yet.` : stands;
};

const accountLines = (person: IntervenedPerson, now: Instant): readonly string[] =>
  person.accounts.flatMap(({ customer, holds, invoices }) => {
    const name = clean([customer.merchant, customer.customer].filter((part) => part !== '').join(' '));
    const mode = customer.mode === 'test' ? ' (test mode)' : '';
    const settled =
      invoices.length === 0 ? [] : [`${counted(invoices.length, 'invoice')} settled: ${invoices.join(', ')}`];
    const texts = [...holds.map((hold) => holdText(hold, now)), ...settled];
    return (texts.length === 0 ? ['nothing holds it back'] : texts).map((text) => `${name}${mode}: ${text}`);
  });

const DONE: Readonly<Record<OperatorAction, string>> = {
  hold: 'Held back.',
  exclude: 'Excluded.',
  resume: 'Resumed.',
  mark_recovered: 'Marked as recovered.',
};

/** What was stored, what now happens and when it lapses, line by line. */
export const intervenedLines = (done: Intervened, now: Instant): readonly string[] => {
  const again = done.repeated ? ' It was said before under this request id; nothing was added.' : '';
  return [
    paint('bold', `${DONE[done.action]}${again}`),
    ...done.people.flatMap((person) => [
      ...wrap(`${clean(person.userId ?? 'A customer without a user id')}. ${nextText(done.action, person)}`, columns()),
      ...accountLines(person, now).map((line) => `  ${line}`),
    ]),
    ...wrap(NOW[done.action], columns()),
    paint('dim', `request ${done.requestId}   ${COMMAND} explain shows how the customer stands`),
  ];
};
