import { describeCondition } from '../audience-kit/describe-condition.ts';
import type { CliDoors } from './doors.ts';
import { EXIT } from './failure.ts';
import { columns, paint, say, sayJson } from './terminal.ts';
import { wrap } from './wrap.ts';

/** `recoup audiences list`: what is defined, in words; needs neither a store nor an environment. */
export const listAudiences = async (
  doors: CliDoors,
  { json = false }: { readonly json?: boolean },
): Promise<number> => {
  const { all } = await doors.loadAudiences();
  if (json) {
    sayJson(all.map((audience) => ({ ...audience, sentence: describeCondition(audience.when) })));
    return EXIT.done;
  }
  for (const { key, description, messaging, when } of all) {
    const kind = messaging ? 'drives messages: only who is not suppressed' : 'for filters';
    say(`${paint('bold', key)}  ${paint('dim', kind)}`);
    for (const line of wrap(description, columns() - 2)) say(`  ${line}`);
    for (const line of wrap(describeCondition(when), columns() - 2)) say(paint('dim', `  ${line}`));
    say();
  }
  return EXIT.done;
};
