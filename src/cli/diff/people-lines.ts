import type { ObserveDiff } from '../../report/observe-diff.ts';
import { alignRows, clean } from '../terminal.ts';

const LISTED = 4;

const clip = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** Fewer columns of names are no help. */
const LEAST_NAMES = 16;

const attributesText = (attributes: readonly string[]): string => {
  const more = attributes.length > LISTED ? ` (+${attributes.length - LISTED})` : '';
  return `${attributes.slice(0, LISTED).join(', ')}${more}`;
};

/** A table of which no line is wider than `width` columns: names of attributes give way first, then ends of long ids; --csv has them whole. */
export const peopleLines = (people: ObserveDiff['people'], width: number): readonly string[] => {
  const after = alignRows([
    ['tool', 'what', 'stands'],
    ...people.map(({ tool, enters, status, stage }) => [
      tool,
      enters ? 'enters' : 'put right',
      clean((enters ? stage : null) ?? status ?? ''),
    ]),
  ]);
  const stands = Math.max(...after.map(({ length }) => length));
  const ids = ['who', ...people.map(({ userId }) => clip(clean(userId), width - stands - 4))];
  const room = width - stands - Math.max(...ids.map(({ length }) => length)) - 6;
  const names = ['attributes', ...people.map(({ attributes }) => attributesText(attributes))];
  return alignRows(
    ids.map((id, index) => [
      `  ${id}`,
      after[index] ?? '',
      ...(room < LEAST_NAMES ? [] : [clip(names[index] ?? '', room)]),
    ]),
  );
};
