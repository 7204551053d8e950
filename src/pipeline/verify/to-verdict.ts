import type { ToolReader } from '../../destination-kit/tool-reader.ts';
import { findDifferences, ownOf, type Told } from './differences.ts';
import type { HeldRow, Verdict } from './verify-ports.ts';

/**
 * What a tool's answer says of a row. Somebody whom the tool does not know holds no flag and is written to by nobody; to make
 * them again would undo a deletion.
 * @param held null: the tool does not know the subject.
 */
export const toVerdict = (
  { subject, toHeld }: Pick<ToolReader, 'subject' | 'toHeld'>,
  row: HeldRow,
  held: Told | null,
): Verdict => {
  if (row.isOvertaken) return { seen: 'nothing' };
  if (held === null) return { seen: 'same' };
  const differences = findDifferences(row.userId, ownOf(subject, toHeld(row.desired), held), held);
  return differences.length === 0
    ? { seen: 'same' }
    : { seen: 'drift', names: differences.map(({ attribute }) => attribute) };
};
