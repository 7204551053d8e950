import { counted } from '../../domain/words.ts';
import type { Erased } from '../../pipeline/privacy-ports.ts';
import { COMMAND } from '../command-line.ts';
import type { Eraser } from '../doors.ts';
import { clean, columns, paint, say } from '../terminal.ts';
import { wrap } from '../wrap.ts';
import type { LeftInTool } from './erase-tools.ts';

const total = (rows: Erased['rows']): number => Object.values(rows).reduce((sum, n) => sum + n, 0);

const byTable = (rows: Erased['rows']): string =>
  Object.entries(rows)
    .sort(([, a], [, b]) => b - a)
    .map(([table, n]) => `${table} ${n}`)
    .join(', ');

const sayWrapped = (text: string): void => {
  for (const line of wrap(text, columns() - 2)) say(`  ${line}`);
};

const FORMER_TOO = 'Users whom the accounts named before are deleted as the same person.';
const FORMER_STAYS =
  'The accounts named other users before. They are forgotten here; in Segment and the tools they stay, since they may be somebody else. Are they the same person? Pass --former.';

/** What was told of accounts there is known once the person is erased. */
const isWorthALine = ({ of, erase }: Eraser): boolean => of === 'users' || erase !== null;

const toPlan = ({ tool, of, erase, missing }: Eraser): string => {
  if (erase === null) return `${tool}: Recoup cannot ask it (${missing}); what it was told of them is left to you`;
  return of === 'users' ? `${tool}: to be deleted there, too` : `${tool}: what it was told of their accounts goes, too`;
};

/** What is about to be deleted, in numbers: names would stay on the screen. */
export const sayWhatGoes = (
  id: string,
  found: Erased,
  { erasers, former }: { readonly erasers: readonly Eraser[]; readonly former: boolean },
): void => {
  const { customers, userIds, formerUserIds, anonymousIds, emails, rows } = found;
  const known = [
    counted(customers.length, 'billing customer'),
    counted(userIds.length, 'user id'),
    counted(anonymousIds.length, 'anonymous id'),
    counted(emails.length, 'address', 'addresses'),
  ];
  say(`${paint('bold', clean(id))}  ${known.join(', ')}`);
  sayWrapped(`${total(rows)} rows here: ${byTable(rows)}; and whatever else names them.`);
  for (const eraser of erasers.filter(isWorthALine)) sayWrapped(toPlan(eraser));
  if (formerUserIds.length > 0) sayWrapped(former ? FORMER_TOO : FORMER_STAYS);
  sayWrapped('Later webhooks about them are dropped. This cannot be undone.');
};

/** What was deleted. */
export const sayErased = ({ rows }: Erased): void => {
  say(paint('green', `Erased: ${total(rows)} rows.`));
};

const sayLeftInTool = ({ tool, kind, ids, reason, byHand }: LeftInTool, showIds: boolean): void => {
  const whom = counted(ids.length, kind === 'user' ? 'id' : 'anonymous id');
  say(paint('yellow', `Left in ${tool}: ${whom}: ${clean(reason)}`));
  sayWrapped(`By hand: ${byHand}; then ${COMMAND} erase --by-hand ${tool}`);
  if (showIds) for (const id of ids) say(`  ${clean(id)}`);
};

/** What people still have to do, and how. */
export const sayLeft = (left: readonly LeftInTool[], isCompact: boolean, showIds: boolean): void => {
  for (const each of left) sayLeftInTool(each, showIds);
  if (!isCompact) say(paint('yellow', 'The files could not be written anew: another process reads them all the time.'));
  if (left.length === 0 && isCompact) say('Nothing is left to be done.');
  else
    say(
      `Once mended: ${paint('bold', `${COMMAND} erase --pending`)}${showIds ? '' : '; with --ids it shows whom it is about'}`,
    );
};
