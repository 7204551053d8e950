import { type Instant, toIso } from '../domain/instant.ts';
import { counted } from '../domain/words.ts';
import type { ProfileRecord } from '../pipeline/ports.ts';
import { alignRows, clean, paint } from './terminal.ts';

type ToolState = ProfileRecord['tools'][number];
type Attributes = ToolState['desired'];

const SHOWN_SENDS = 5;

const when = (at: Instant): string => toIso(at).replace('T', ' ').slice(0, 19);
/** Of a text of several lines, as a task's, the first. */
const show = (value: Attributes[string] | undefined): string => {
  if (value === null || value === undefined) return '–';
  const [first = '', ...more] = String(value).split('\n');
  return clean(first) + (more.length === 0 ? '' : ` (and ${more.length} lines)`);
};

interface Shown {
  readonly name: string;
  readonly wanted: Attributes[string];
  readonly held: Attributes[string];
  /** It was acknowledged otherwise. */
  readonly differs: boolean;
}

/** What the tool should hold and what it has acknowledged; what is empty in both is left out. */
const attributesOf = ({ desired, delivered }: ToolState): readonly Shown[] =>
  Object.keys({ ...desired, ...delivered })
    .map((name) => ({ name, wanted: desired[name] ?? null, held: delivered?.[name] ?? null }))
    .filter(({ wanted, held }) => wanted !== null || held !== null)
    .map((shown) => ({ ...shown, differs: delivered !== null && shown.wanted !== shown.held }));

/** Attributes as rows; what an earlier tool was shown to hold alike is only counted. */
const attributeLines = (state: ToolState, earlier: readonly ToolState[]): readonly string[] => {
  const isAbove = ({ name, wanted, differs }: Shown): boolean =>
    !differs && earlier.some(({ desired }) => Object.hasOwn(desired, name) && desired[name] === wanted);
  const all = attributesOf(state);
  const rows = all.filter((shown) => !isAbove(shown));
  const above = all.length - rows.length;
  return [
    ...alignRows(
      rows.map(({ name, wanted, held, differs }) => [
        clean(name),
        show(wanted),
        differs ? `acknowledged ${show(held)}` : '',
      ]),
    ),
    ...(above === 0 ? [] : [paint('dim', `${counted(above, 'attribute')} as above`)]),
  ];
};

const sendRows = ({ sends }: ToolState): readonly (readonly string[])[] =>
  sends.slice(-SHOWN_SENDS).map(({ at, result, attributes, events, detail }) => {
    const count = Object.keys(attributes).length;
    const parts = [...events.map(({ name }) => name), ...(count === 0 ? [] : [counted(count, 'attribute')])];
    return [when(at), result, parts.join(', '), clean(detail ?? '')];
  });

/** The tool said so when it was told, and is not to make them: nothing is owed. */
const isStranger = ({ delivered, sends, status }: ToolState): boolean =>
  delivered === null && status !== 'dead' && sends.at(-1)?.result === 'absent';

const headLine = (state: ToolState): string => {
  const { tool, channel, userId, status, waitingSince, delivered } = state;
  const place = channel === 'recorder' ? ', its recorder: kept here and never sent' : '';
  const since = waitingSince === null ? '' : ` since ${when(waitingSince)}`;
  const yet = delivered === null ? ', nothing acknowledged yet' : '';
  const colour = status === 'settled' ? 'green' : status === 'dead' ? 'red' : 'yellow';
  const stands = isStranger(state)
    ? `not known there${status === 'waiting' ? ', asked again' : ''}`
    : status + since + yet;
  return `${paint('bold', clean(tool))}  ${clean(userId)}${place}  ${paint(colour, stands)}`;
};

/** How a person stands in each tool: what it should hold, what it acknowledged, what it was sent last. */
export const toolLines = ({ tools }: ProfileRecord): readonly string[] =>
  tools.flatMap((state, index) => [
    headLine(state),
    ...attributeLines(state, tools.slice(0, index)).map((line) => `  ${line}`),
    ...(state.sends.length > SHOWN_SENDS
      ? [paint('dim', `  ${state.sends.length - SHOWN_SENDS} earlier sends: --json shows more`)]
      : []),
    ...alignRows(sendRows(state)).map((line) => `  ${paint('dim', line)}`),
  ]);
