import { type Instant, toIso } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ObserveDiff } from '../../report/observe-diff.ts';
import { BLOCKS, fitColumns, mirrorPlot, PLAIN } from '../plots.ts';
import { alignRows, columns, heading, paint, say } from '../terminal.ts';
import { hasBlocks } from '../unicode.ts';
import { peopleLines } from './people-lines.ts';

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

/** No switch is ahead: what was recorded is final, and a list of it would be taken for what is still to come. */
const sayEnforcing = ({ observedSince, known, inDunning }: ObserveDiff, since: Instant): void => {
  say(paint('bold', `This store enforces now, since ${toIso(since)}`));
  say(`No switch is ahead: what one sends has been sent. ${known} known people, ${inDunning} in dunning now.`);
  if (observedSince !== null) say(`It observed before, from ${toIso(observedSince)} on.`);
};

const sayHead = ({ observedSince, enforcedSince, known, inDunning }: ObserveDiff): void => {
  say(paint('bold', 'What a switch from observe to enforce would send'));
  const since =
    observedSince === null
      ? 'It has not been noted since when this store observes.'
      : `Observing since ${toIso(observedSince)}.`;
  say(`${since} ${known} known people, ${inDunning} in dunning now.`);
  if (enforcedSince !== null) say(`It has enforced before: first since ${toIso(enforcedSince)}.`);
};

const sayBrake = ({ share, known, knownToBrake }: ObserveDiff, { shareAtOnce, fromPeople }: Policy['brakes']): void => {
  const isCounted = shareAtOnce !== null && knownToBrake >= fromPeople;
  const limit = shareAtOnce === null ? 'no limit' : `limit ${percent(shareAtOnce)}, from ${fromPeople} known people up`;
  const counted =
    knownToBrake === known ? 'the known' : `the ${knownToBrake} that the brake counts, test mode with them`;
  say(`Entering messaging: ${percent(share)} of ${counted} (${limit}).`);
  if (!isCounted && shareAtOnce !== null) say('So few are known that the brake does not count yet.');
  if (isCounted && share > shareAtOnce)
    say(paint('yellow', 'The brake would engage on the switch and wait for a release: recoup brakes release.'));
};

const sayTools = ({ tools, audiences }: ObserveDiff, enforces: boolean): void => {
  if (enforces && tools.length === 0) return;
  heading(
    enforces
      ? 'Tools that still record: what each would be sent at once on getting its credentials'
      : 'Sent at once: the present state of people in dunning, no event of the past',
  );
  if (tools.length === 0) say('  No tool would be sent anything.');
  const rows = tools.map(({ tool, entering, putRight, attributes }) => [
    `  ${tool}`,
    `${entering}`,
    `${putRight}`,
    `${attributes}`,
  ]);
  if (rows.length > 0)
    for (const row of alignRows([['  tool', 'enter', 'put right', 'attributes'], ...rows], [1, 2, 3])) say(row);
  const moved = audiences.map(({ audience, entering, leaving }) => [`  ${audience}`, `${entering}`, `${leaving}`]);
  if (moved.length > 0)
    for (const row of alignRows([['  audience in Segment', 'enter', 'leave'], ...moved], [1, 2])) say(row);
};

const sayPeople = ({ people }: ObserveDiff, limit: number): void => {
  if (people.length === 0 || limit === 0) return;
  heading(`People (${Math.min(limit, people.length)} of ${people.length} rows; all of them: --csv)`);
  for (const row of peopleLines(people.slice(0, limit), columns())) say(row);
};

const sayPlot = ({ beside: { perDay } }: ObserveDiff): void => {
  if (perDay.length < 2) return;
  const glyphs = hasBlocks(process.env, process.stdout.isTTY === true) ? BLOCKS : PLAIN;
  const room = Math.min(columns(), 120) - 10;
  const up = fitColumns(
    perDay.map(({ entries }) => entries),
    room,
  );
  const down = fitColumns(
    perDay.map(({ ends }) => ends),
    room,
  );
  const plot = mirrorPlot(up, down, { rows: 5, glyphs });
  say();
  say(`  entries above, ends of episodes below; ${perDay.length} days`);
  for (const line of [...plot.up, plot.axis, ...plot.down]) say(`  ${line}`);
};

const sayBeside = (diff: ObserveDiff): void => {
  const { calls, episodes, outcomes, entries, entriesAfterEnd } = diff.beside;
  heading('Beside what happened while it observed (final: none of it is ever sent)');
  const ends = Object.entries(outcomes).map(([outcome, n]) => `${n} ${outcome}`);
  say(`  ${episodes.length} episodes: ${ends.join(', ') || 'none'}.`);
  say(`  Flows would have heard ${entries} entries, ${entriesAfterEnd} of them after the episode had ended.`);
  const named = Object.entries(calls).map(([name, n]) => `${n} ${name}`);
  say(`  Segment would have been told: ${named.join(', ') || 'nothing'}.`);
  const hours = episodes
    .flatMap((each) => (each.outcome === 'recovered' ? (each.hours ?? []) : []))
    .toSorted((a, b) => a - b);
  const median = hours[Math.floor(hours.length / 2)];
  if (median !== undefined)
    say(`  Half of those who recovered had paid within ${median < 1 ? 'an hour' : `${median} hours`}.`);
  sayPlot(diff);
};

/** The diff for people: counts first, then who, then what happened meanwhile. */
export const sayDiff = (diff: ObserveDiff, policy: Policy, people: number): void => {
  const { mode } = diff;
  const enforces = mode?.is === 'enforce';
  if (enforces) sayEnforcing(diff, mode.since);
  else {
    sayHead(diff);
    sayBrake(diff, policy.brakes);
  }
  sayTools(diff, enforces);
  sayPeople(diff, people);
  sayBeside(diff);
};
