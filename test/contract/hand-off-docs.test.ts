import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parsePolicy } from '../../src/config/policy.ts';
import { day } from '../unit/ledger-facts.ts';
import { HIGH, TWICE, tasksAt } from './hand-off-cases.ts';

const page = readFileSync(new URL('../../docs/hand-off.md', import.meta.url), 'utf8');
/** The indented example that begins with this line, as it reads without the indent. */
const exampleFrom = (line: string): string => {
  const lines = page.slice(page.indexOf(`    ${line}`)).split('\n');
  const end = lines.findIndex((each) => each !== '' && !each.startsWith('    '));
  return lines
    .slice(0, end)
    .map((each) => each.slice(4))
    .join('\n')
    .trimEnd();
};

it('docs/hand-off.md shows the task that its story makes', () => {
  const [task] = tasksAt(day(5), TWICE, HIGH);
  const shown = exampleFrom('Payment failed: ').replaceAll('cus_QxT5m2', 'cus_1');
  expect(shown).toBe(`${task?.subject}\n\n${task?.body}`);
});

it('docs/hand-off.md shows a policy that is one', () => {
  const parsed = parsePolicy(exampleFrom('hand_off:'));
  expect(parsed.ok && parsed.value.handOff).toMatchObject({
    in: ['hubspot', 'salesforce'],
    owners: { hubspot: '61234567', salesforce: '0055f000003xYzA' },
  });
});
