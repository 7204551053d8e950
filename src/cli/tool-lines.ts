import { type Instant, toIso } from '../domain/instant.ts';
import type { ProfileRecord } from '../pipeline/ports.ts';
import { alignRows, clean, paint } from './terminal.ts';

type ToolState = ProfileRecord['tools'][number];
type Attributes = ToolState['desired'];

const SHOWN_SENDS = 5;

const when = (at: Instant): string => toIso(at).replace('T', ' ').slice(0, 19);
const show = (value: Attributes[string] | undefined): string =>
  value === null || value === undefined ? '–' : clean(String(value));

/** What the tool should hold, and, where it is otherwise, what it has acknowledged; what is empty in both is left out. */
const attributeRows = ({ desired, delivered }: ToolState): readonly (readonly string[])[] =>
  Object.keys({ ...desired, ...delivered })
    .map((name) => ({ name, wanted: desired[name] ?? null, held: delivered?.[name] ?? null }))
    .filter(({ wanted, held }) => wanted !== null || held !== null)
    .map(({ name, wanted, held }) => [
      clean(name),
      show(wanted),
      wanted === held || delivered === null ? '' : `acknowledged ${show(held)}`,
    ]);

const sendRows = ({ sends }: ToolState): readonly (readonly string[])[] =>
  sends.slice(-SHOWN_SENDS).map(({ at, result, attributes, events, detail }) => {
    const count = Object.keys(attributes).length;
    const parts = [...events.map(({ name }) => name), ...(count === 0 ? [] : [`${count} attributes`])];
    return [when(at), result, parts.join(', '), clean(detail ?? '')];
  });

const headLine = ({ tool, channel, userId, status, waitingSince, delivered }: ToolState): string => {
  const place = channel === 'recorder' ? ', its recorder: kept here and never sent' : '';
  const since = waitingSince === null ? '' : ` since ${when(waitingSince)}`;
  const yet = delivered === null ? ', nothing acknowledged yet' : '';
  const colour = status === 'settled' ? 'green' : status === 'dead' ? 'red' : 'yellow';
  return `${paint('bold', clean(tool))}  ${clean(userId)}${place}  ${paint(colour, status + since + yet)}`;
};

/** How a person stands in each tool: what it should hold, what it acknowledged, what it was sent last. */
export const toolLines = ({ tools }: ProfileRecord): readonly string[] =>
  tools.flatMap((state) => [
    headLine(state),
    ...alignRows(attributeRows(state)).map((line) => `  ${line}`),
    ...(state.sends.length > SHOWN_SENDS
      ? [paint('dim', `  ${state.sends.length - SHOWN_SENDS} earlier sends: --json shows more`)]
      : []),
    ...alignRows(sendRows(state)).map((line) => `  ${paint('dim', line)}`),
  ]);
