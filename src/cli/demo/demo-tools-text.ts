import { wrapParts } from '../../domain/words.ts';
import { jsonLines } from '../json-text.ts';
import { alignRows, clean, columns, heading, paint, say } from '../terminal.ts';
import { wrap } from '../wrap.ts';
import type { DemoTask, OtherOutcome } from './demo-others.ts';
import type { Conversation, ToolOutcome } from './demo-tools.ts';

const width = (): number => Math.min(columns(), 120);
const number = (value: number): string => value.toLocaleString('en-US');

const showJson = (body: unknown): void => {
  for (const line of jsonLines(body, width() - 4)) say(paint('dim', `    ${clean(line)}`));
};

const showExample = ({ userId, bodies }: Conversation): void => {
  say();
  say(`  ${clean(userId)}, from failure to recovery, in ${bodies.length} calls. The first:`);
  showJson(bodies[0]);
  if (bodies.length === 1) return;
  say(`  ${bodies.length === 2 ? 'and the last' : `… ${bodies.length - 2} more, and the last`}:`);
  showJson(bodies.at(-1));
};

const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** What a tool's recorder received, for the demo's last page. */
export const showToolOutcome = (tool: string, outcome: ToolOutcome): void => {
  heading(`What ${capital(clean(tool))} received`);
  say(`  ${number(outcome.calls)} calls about ${number(outcome.people)} people`);
  for (const row of alignRows(
    Object.entries(outcome.events).map(([name, times]) => [clean(name), number(times)]),
    [1],
  ))
    say(`  ${row}`);
  const written = Object.entries(outcome.attributes).map(([name, times]) => `${clean(name)} ${number(times)},`);
  const last = written.pop()?.replace(',', '') ?? 'none';
  for (const line of wrapParts(['attributes', 'written:', ...written, last], width() - 2)) {
    say(`  ${paint('dim', line)}`);
  }
  if (outcome.example !== null) showExample(outcome.example);
};

/** The other tools, a line each. */
export const showOthers = (others: readonly OtherOutcome[]): void => {
  if (others.length === 0) return;
  heading('What the other tools received');
  const rows = others.map(({ tool, calls, subjects }) => [
    clean(tool),
    number(calls),
    'calls about',
    number(subjects),
    subjectsOf(tool),
  ]);
  for (const row of alignRows(rows, [1, 3])) say(`  ${row}`);
};

const subjectsOf = (tool: string): string => {
  if (tool.endsWith('-tasks')) return 'tasks';
  if (tool === 'slack') return 'alerts';
  return /-(companies|accounts)$/.test(tool) || tool === 'webhook' ? 'accounts' : 'people';
};

/** A task as a customer success manager reads it in the CRM. */
export const showTask = ({ subject, body, comment }: DemoTask): void => {
  heading('A task for customer success, as HubSpot and Salesforce hold it');
  say(`  ${paint('bold', clean(subject))}`);
  const lines = [...body.split('\n'), ...(comment === null ? [] : ['', comment])];
  for (const line of lines.flatMap((each) => (each === '' ? [''] : wrap(clean(each), width() - 4)))) {
    say(paint('dim', line === '' ? '' : `    ${line}`));
  }
};
