import { describeCondition } from '../audience-kit/describe-condition.ts';
import type { Explanation as TreeNode } from '../audience-kit/explain.ts';
import { type Instant, instant } from '../domain/instant.ts';
import type { EpisodeSummary } from '../pipeline/decide.ts';
import type { AudienceExplanation, Explanation } from '../pipeline/explain/explain.ts';
import type { ProfileRecord } from '../pipeline/ports.ts';
import { accountNames } from './account-names.ts';
import { holdText } from './holds/hold-text.ts';
import { distance, instantText, instantWithDistance } from './instant-text.ts';
import { parseView } from './profile-view.ts';
import { clean, columns, paint } from './terminal.ts';
import { wrap } from './wrap.ts';

/** What is explained of one profile, and how. */
export interface ExplainPage {
  readonly record: ProfileRecord;
  readonly explanation: Explanation;
  /** The one audience asked for; null: all, the trees of those that the person is in. */
  readonly audience: string | null;
  readonly now: Instant;
}

const mark = (holds: boolean): string => (holds ? paint('green', '✓') : paint('red', '✗'));

const untilText = (until: number | null, at: Instant): string =>
  until === null ? '' : `until ${instantWithDistance(instant(until), at)}`;

const headLines = ({ record }: ExplainPage): readonly string[] => {
  const names = accountNames(record);
  const where = [...names, record.mode === 'test' ? 'test mode' : 'live'];
  return [paint('bold', clean(record.userId ?? names[0] ?? 'nobody')) + paint('dim', `  ${clean(where.join(' · '))}`)];
};

const whenText = ({ explanation: { at, hindsight }, now }: ExplainPage): string => {
  if (at === now) return `now, ${instantText(at)} UTC`;
  if (at > now) return `at ${instantWithDistance(at, now)}, if nothing else comes in`;
  const by = hindsight ? 'by what had happened by then, whenever it was heard of' : 'by what had been received by then';
  return `at ${instantWithDistance(at, now)}, ${by}`;
};

const rulesLines = ({ explanation: { ruleset, at }, now }: ExplainPage): readonly string[] => {
  if (ruleset.is === 'present') return [];
  const then = at === now ? 'of the last decision' : 'of then';
  const line =
    ruleset.is === 'none'
      ? 'No decision had been made by then: the rules are those of here and now.'
      : `Policy and audiences ${then} (ruleset ${clean(ruleset.hash)}); code of then cannot be run again, so the code is that of here.`;
  return wrap(line, columns()).map((each) => paint('yellow', each));
};

const unreadLines = ({ record, explanation: { at } }: ExplainPage): readonly string[] => {
  const unread = record.deliveries.filter(({ end, receivedAt }) => end === 'unread' && receivedAt <= at).length;
  return unread === 0 ? [] : [paint('yellow', `${unread} received and not read yet: they count nowhere here`)];
};

const episodeText = ({ id, outcome, opened_at, ended_at, attempts, late }: EpisodeSummary): string => {
  const tries = `${attempts} failed ${attempts === 1 ? 'attempt' : 'attempts'}`;
  const short = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
  const ended = ended_at === null ? '' : `, ended ${short(ended_at)}`;
  return `${clean(id)} ${outcome}${late ? ' (late)' : ''}, opened ${short(opened_at)}${ended}, ${tries}`;
};

const LABEL_CHARS = 15;

const labelled = (label: string, texts: readonly string[]): readonly string[] =>
  texts
    .flatMap((text) => wrap(clean(text), columns() - LABEL_CHARS))
    .map((line, index) => (index === 0 ? label : '').padEnd(LABEL_CHARS) + line);

const aheadLines = ({ ahead, at }: Explanation): readonly string[] => {
  const rows = ahead.map(({ at: then, stage, entered, exited }) =>
    [
      `${instantWithDistance(then, at)}: stage ${stage}`,
      ...(exited.length === 0 ? [] : [`leaves ${exited.join(', ')}`]),
      ...(entered.length === 0 ? [] : [`enters ${entered.join(', ')}`]),
    ].join(', '),
  );
  return labelled('by time alone', rows.length === 0 ? ['nothing changes within a year'] : rows);
};

/** In the words of whoever is asked why nobody was written to. */
const HELD_BACK: Readonly<Record<NonNullable<Explanation['view']['traits']['suppression_reason']>, string>> = {
  dispute: 'a payment is disputed, or the card network warned of fraud',
  opted_out: 'the customer is never to be dunned',
  owned_elsewhere: 'another tool writes to the customer',
  held: 'somebody holds the messages back',
  voluntary_cancel: 'the customer has asked to cancel',
  paused: 'somebody has paused the subscription or its collection',
  refund: 'money was given back on an invoice that is still owed',
  brake: 'the brakes hold entries into messaging back: `recoup brakes status`',
};

const heldBackLines = ({ view: { traits, accounts }, at }: Explanation): readonly string[] => {
  const { suppression_reason: reason } = traits;
  const holds = accounts.flatMap(({ ledger }) => ledger.holds).filter(({ to }) => to === null || to > at);
  return [
    ...(reason === null ? [] : labelled('held back', [HELD_BACK[reason]])),
    ...labelled(
      'holds',
      holds.map((hold) => holdText(hold, at)),
    ),
  ];
};

/** The brakes act on what is committed and not on what the facts say, which is all that an explanation looks at. */
export const isBraked = ({ record, explanation, now }: ExplainPage): boolean =>
  explanation.at === now && parseView(record.view)?.traits?.suppression_reason === 'brake';

const brakeLines = (page: ExplainPage): readonly string[] =>
  isBraked(page) ? labelled('brake', [`held all the same: ${HELD_BACK.brake}`]) : [];

const standingLines = (page: ExplainPage): readonly string[] => {
  const { explanation } = page;
  const { traits, episodes } = explanation.view;
  const lead = episodes.find(({ id }) => id === traits.dunning_episode_id) ?? episodes.at(-1);
  const suppressed = traits.dunning_suppressed ? `   ${paint('yellow', 'suppressed: no message goes out')}` : '';
  return [
    `stage ${paint('cyan', traits.dunning_stage)}   status ${paint('cyan', traits.dunning_status)}${suppressed}`,
    ...heldBackLines(explanation),
    ...brakeLines(page),
    ...labelled('lead episode', [lead === undefined ? 'none' : episodeText(lead)]),
    ...aheadLines(explanation),
  ];
};

const INDENT = 2;

const nodeLines = (node: TreeNode, at: Instant, depth: number): readonly string[] => {
  const margin = ' '.repeat(depth * INDENT + INDENT);
  const [first = '', ...rest] = wrap(clean(node.sentence), Math.max(30, columns() - margin.length - 2));
  const facts = [node.seen === null ? '' : `seen: ${clean(node.seen)}`, untilText(node.until, at)];
  const told = facts.filter((part) => part !== '').join(', ');
  const fits = margin.length + 2 + first.length + 3 + told.length <= columns() && rest.length === 0;
  return [
    `${margin}${mark(node.holds)} ${first}${told !== '' && fits ? paint('dim', `   ${told}`) : ''}`,
    ...rest.map((line) => `${margin}  ${line}`),
    ...(told !== '' && !fits ? wrap(told, columns() - margin.length - 2) : []).map((line) =>
      paint('dim', `${margin}  ${line}`),
    ),
    ...node.children.flatMap((child) => nodeLines(child, at, depth + 1)),
  ];
};

/** The root says the same as the sentence above it, so its children stand in its place. */
const treeLines = (tree: TreeNode, at: Instant): readonly string[] =>
  (tree.children.length > 0 ? tree.children : [tree]).flatMap((node) => nodeLines(node, at, 1));

const audienceLines = (
  { audience, tree, until: moves }: AudienceExplanation,
  at: Instant,
  withTree: boolean,
): readonly string[] => {
  const until = untilText(moves, at);
  const indented = (text: string): readonly string[] => wrap(clean(text), columns() - 4).map((line) => `    ${line}`);
  return [
    `${mark(tree.holds)} ${tree.holds ? paint('bold', audience.key) : audience.key}${until === '' ? '' : paint('dim', `   ${until}`)}`,
    // The author's words for whoever does not read conditions.
    ...(withTree ? indented(audience.description) : []),
    ...indented(describeCondition(audience.when)).map((line) => paint('dim', line)),
    ...(withTree ? treeLines(tree, at) : []),
  ];
};

/** An explanation for a person at a terminal, line by line. Times are UTC. */
export const explainLines = (page: ExplainPage): readonly string[] => {
  const { explanation, audience } = page;
  const shown = explanation.audiences.filter((each) => audience === null || each.audience.key === audience);
  const entered = shown.filter(({ tree }) => tree.holds).length;
  return [
    ...headLines(page),
    ...wrap(whenText(page), columns()),
    ...rulesLines(page),
    ...unreadLines(page),
    '',
    ...standingLines(page),
    '',
    paint('bold', audience === null ? `Audiences: in ${entered} of ${shown.length}` : 'Audience'),
    ...shown.flatMap((each) => audienceLines(each, explanation.at, audience !== null || each.tree.holds)),
    '',
  ];
};

/** When something was first known, for who asks about a time before it. */
export const firstKnownText = (first: Instant, now: Instant): string =>
  `${instantText(first)} UTC (${distance(first, now)})`;
