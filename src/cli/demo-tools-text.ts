import { wrapParts } from '../domain/words.ts';
import type { Conversation, ToolOutcome } from './demo-tools.ts';
import { jsonLines } from './json-text.ts';
import { alignRows, clean, columns, heading, paint, say } from './terminal.ts';

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
