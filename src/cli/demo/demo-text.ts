import type { SegmentCall } from '../../pipeline/ports.ts';
import { COMMAND } from '../command-line.ts';
import { jsonLines } from '../json-text.ts';
import { showMoney } from '../money.ts';
import { alignRows, clean, columns, heading, paint, say } from '../terminal.ts';
import { wrap } from '../wrap.ts';
import type { DemoOutcome } from './demo-outcome.ts';
import { showPlots } from './demo-plots.ts';
import type { DemoRun } from './demo-run.ts';
import { showOthers, showTask, showToolOutcome } from './demo-tools-text.ts';

const width = (): number => Math.min(columns(), 120);
const number = (value: number): string => value.toLocaleString('en-US');
const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
const indented = (lines: readonly string[]): void => {
  for (const line of lines) say(`  ${line}`);
};
const told = (text: string): void => indented(wrap(text, width() - 2));

const showInput = ({ options, model, counts, played, tookMs }: DemoRun): void => {
  const { understood, ignored, dead_letter, unresolved, unread } = counts.deliveries;
  const refused = Object.entries(played.answers).filter(([status]) => status !== '200');
  say(
    paint('bold', 'Recoup demo') +
      `  ${number(model.customers.length)} customers, ${options.days} days, seed ${options.seed}: ${(tookMs / 1000).toFixed(1)} s. Nothing left this machine.`,
  );
  heading('What came in');
  say(`  ${number(model.deliveries.length)} signed Stripe webhooks, some late, some twice, in old and new shapes`);
  told(
    `${number(understood)} understood, ${number(ignored)} ignored, ${number(dead_letter)} dead letters, ${number(unresolved)} waiting for their customer, ${number(unread)} unread; the rest were duplicates`,
  );
  for (const [status, times] of refused) say(paint('red', `  ${number(times)} answered ${status}`));
};

const showCalls = ({ outcome }: DemoRun): void => {
  heading('What Segment received');
  const rows = Object.entries(outcome.calls).map(([name, times]) => [name, number(times)]);
  indented(alignRows(rows, [1]));
};

const showSample = (title: string, call: SegmentCall | undefined): void => {
  if (call === undefined) return;
  heading(title);
  indented(jsonLines(call, width() - 2).map((line) => paint('dim', clean(line))));
};

const showRecovery = ({ episodes, recovered, recoveredVia, money, statuses }: DemoOutcome): void => {
  heading('Recovery');
  say(`  ${paint('green', percent(recovered, episodes))} of episodes: ${recovered} of ${episodes} recovered`);
  indented(
    alignRows(
      money.map(({ currency, failedMinor, recoveredMinor }) => [
        percent(recoveredMinor, failedMinor),
        'of money:',
        showMoney(recoveredMinor, currency),
        'of',
        showMoney(failedMinor, currency),
      ]),
      [0, 2, 4],
    ),
  );
  const via = Object.entries(recoveredVia).map(([name, times]) => `${name} ${times}`);
  if (via.length > 0) say(`  by ${via.join(', ')}`);
  const now = Object.entries(statuses).map(([name, people]) => `${name} ${people}`);
  told(`people who failed or whose card was about to expire, by dunning_status at the end: ${now.join(', ')}`);
  indented(wrap(DEFINITION, width() - 2).map((line) => paint('dim', line)));
};

const DEFINITION =
  'Definition: an episode counts as failed when a payment_failed named it in these days, and as recovered when a ' +
  'payment_recovered did, by whatever means and however late. Money is what the first failure of each invoice left to pay ' +
  'and what the recovery brought in. Episodes still open at the end count as not recovered.';

const showNext = ({ calls, options }: DemoRun): void => {
  const user = calls.find(({ event, userId }) => event === 'payment_recovered' && userId !== undefined)?.userId;
  const same = [
    options.seed === 1 ? '' : ` --seed ${options.seed}`,
    options.customers === 300 ? '' : ` --customers ${options.customers}`,
    options.days === 60 ? '' : ` --days ${options.days}`,
  ].join('');
  heading('Next');
  const rows: (readonly [command: string, what: string])[] = [
    ...(user === undefined
      ? []
      : [[`${COMMAND} demo${same} --profile ${clean(user)}`, 'one person, from webhook to call'] as const]),
    ['STRIPE_WEBHOOK_SECRET=whsec_local npm start', 'the relay itself, observing'],
    [`STRIPE_WEBHOOK_SECRET=whsec_local ${COMMAND} trigger renewal-failed`, 'a signed webhook, from another terminal'],
  ];
  const aligned = alignRows(rows);
  const fits = aligned.every((line) => line.length + 2 <= width());
  indented(fits ? aligned : rows.flatMap(([command, what]) => [command, paint('dim', `  ${what}`)]));
};

/** The demo's last page. */
export const showDemo = (run: DemoRun): void => {
  showInput(run);
  showCalls(run);
  const named = (name: string): SegmentCall | undefined =>
    run.calls.find((call) => (call.event ?? call.type) === name && call.userId !== undefined);
  showSample('A payment_failed, as it would have left', named('payment_failed'));
  showSample('An identify', named('identify'));
  showToolOutcome('braze', run.braze);
  showOthers(run.others);
  if (run.task !== null) showTask(run.task);
  showRecovery(run.outcome);
  showPlots(run);
  showNext(run);
};
