import type { MarkedRecovered } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import { counted } from '../../domain/words.ts';
import type { OperatorAction } from '../../interventions/operator/operator-body.ts';
import type { Hold } from '../../ledger/hold.ts';
import type { Intervened, IntervenedPerson } from '../../pipeline/interventions/intervention.ts';
import { COMMAND } from '../command-line.ts';
import { instantText, instantWithDistance } from '../instant-text.ts';
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

const lapseText = ({ to }: Hold, now: Instant): string =>
  to === null ? 'until it is ended' : `until ${instantWithDistance(to, now)}`;

/** A hold in one line: what, by whom, why, until when. For people at a terminal; it is told nowhere else. */
export const holdText = (hold: Hold, now: Instant): string => {
  const who = hold.actor === null ? SOURCES[hold.source] : `${clean(hold.actor)} (${hold.source})`;
  const why = hold.reason === null ? '' : `: ${clean(hold.reason)}`;
  const begins = hold.from > now ? `, from ${instantWithDistance(hold.from, now)}` : '';
  return `${CAUSES[hold.cause]} by ${who}${begins}, ${lapseText(hold, now)}${why}`;
};

/** A mark as recovered in one line: by whom, when, why. For people at a terminal; it is told nowhere else. */
export const markText = ({ source, actor, reason, occurredAt }: MarkedRecovered): string => {
  const who = actor === null ? SOURCES[source] : `${clean(actor)} (${source})`;
  const why = reason === null ? '' : `: ${clean(reason)}`;
  return `marked as recovered by ${who}, ${instantText(occurredAt)} UTC${why}`;
};

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
