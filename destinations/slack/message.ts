import { toDate, toFailureWords, toLink, toMoney, toOutcomeWords, toText } from './words.ts';

/** What happened to a high-value account. */
export interface Alert {
  readonly name: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

type Block = Readonly<Record<string, unknown>>;

/** A message of Slack: `text` is what notifications show, `blocks` what the channel shows. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly Block[];
}

type Properties = NonNullable<Alert['properties']>;
type Line = readonly [label: string, value: string | null];

/** The message of an alert; the same for the same one. Null: no alert that this version knows. */
export const toMessage = ({ name, properties = {} }: Alert): SlackMessage | null => {
  if (name === 'alert_opened') return toOpened(properties);
  return name === 'alert_resolved' ? toResolved(properties) : null;
};

const toOpened = (properties: Properties): SlackMessage => {
  const attempt = toText(properties.attempt_number);
  const lines: readonly Line[] = [
    ...whoIs(properties),
    ['ARR', toMoney(properties, 'arr', 'arr_currency')],
    ['Amount due', toMoney(properties, 'amount_due', 'currency')],
    ['Reason', toFailureWords(properties.failure_class)],
    ['Attempts', attempt],
    ['Next try', toDate(properties.next_retry_date) ?? 'none scheduled'],
  ];
  // A link and not a button: a click on a button shows a warning unless the app answers it, and this one has no address.
  const link = toLink(properties.update_payment_url, 'Payment page');
  return toSlackMessage(':rotating_light: Payment failed: high-value account', lines, [link, episodeOf(properties)]);
};

const toResolved = (properties: Properties): SlackMessage => {
  const isRecovered = properties.outcome === 'recovered';
  const outcome = toOutcomeWords(properties.outcome);
  const lines: readonly Line[] = [
    ...whoIs(properties),
    ['Outcome', outcome],
    [isRecovered ? 'Recovered' : 'Amount', toMoney(properties, 'amount', 'currency')],
  ];
  const title = `${isRecovered ? ':white_check_mark: Payment' : ':information_source: Dunning'} ${outcome}`;
  return toSlackMessage(`${title}: high-value account`, lines, [episodeOf(properties)]);
};

const whoIs = ({ user_id, account_id, plan_id }: Properties): readonly Line[] => [
  ['User', toText(user_id)],
  ['Account', toText(account_id)],
  ['Plan', toText(plan_id)],
];

const episodeOf = ({ dunning_episode_id: id }: Properties): string | null => toText(id);

const toSlackMessage = (title: string, lines: readonly Line[], notes: readonly (string | null)[]): SlackMessage => {
  const told = lines.filter(([, value]) => value !== null);
  const who = (told.find(([label]) => label === 'Account') ?? told.find(([label]) => label === 'User'))?.[1];
  const context = notes.filter((note) => note !== null).join('  ·  ');
  return {
    text: who === undefined ? title : `${title} ${who}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: true } },
      { type: 'section', fields: told.map(([label, value]) => mrkdwn(`*${label}*\n${value}`)) },
      ...(context === '' ? [] : [{ type: 'context', elements: [mrkdwn(context)] }]),
    ],
  };
};

/** `verbatim`: ids that look like a channel or an address are not made links. */
const mrkdwn = (text: string): Block => ({ type: 'mrkdwn', text, verbatim: true });
