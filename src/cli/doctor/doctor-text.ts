import type { Finding, Severity } from '../../doctor/finding.ts';
import { clean, heading, paint, say } from '../terminal.ts';
import { hasBlocks } from '../unicode.ts';
import { wrap } from '../wrap.ts';

const WIDTH = 80;
const INDENT = '    ';

type Format = Parameters<typeof paint>[0];

const GROUPS: readonly {
  readonly severity: Severity;
  readonly title: string;
  readonly sign: string;
  readonly plain: string;
  readonly format: Format;
}[] = [
  { severity: 'problem', title: 'Problems', sign: '✗', plain: 'x', format: 'red' },
  { severity: 'warning', title: 'To be looked at', sign: '!', plain: '!', format: 'yellow' },
  { severity: 'unknown', title: 'Could not be checked', sign: '?', plain: '?', format: 'cyan' },
  { severity: 'ok', title: 'Well', sign: '✓', plain: '+', format: 'green' },
];

const isPlain = (): boolean => !hasBlocks(process.env, process.stdout.isTTY === true);

/** How many findings there are of each severity. */
export const tallyFindings = (findings: readonly Finding[]): Readonly<Record<Severity, number>> => {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return { problem: count('problem'), warning: count('warning'), unknown: count('unknown'), ok: count('ok') };
};

/** One sentence over all findings. */
const toSummary = ({ problem, warning, unknown, ok }: ReturnType<typeof tallyFindings>): string =>
  `${problem} ${problem === 1 ? 'problem' : 'problems'}, ${warning} to be looked at, ${unknown} could not be checked, ${ok} well.`;

const sayFinding = ({ check, severity, what, mend, detail }: Finding, sign: string, format: Format): void => {
  const [first = '', ...rest] = wrap(clean(`${check}: ${what}`), WIDTH - INDENT.length);
  say(`  ${paint(format, sign)} ${paint('bold', first.slice(0, check.length))}${first.slice(check.length)}`);
  for (const line of rest) say(`${INDENT}${line}`);
  if (mend !== null) sayMend(clean(mend));
  // Lines to copy stay as they are.
  if (severity !== 'ok') for (const line of detail) say(`${INDENT}  ${clean(line)}`.trimEnd());
};

const sayMend = (mend: string): void => {
  const arrow = isPlain() ? '->' : '→';
  const [first = '', ...rest] = wrap(mend, WIDTH - INDENT.length - 1 - arrow.length);
  say(`${INDENT}${arrow} ${first}`);
  for (const line of rest) say(`${INDENT}${' '.repeat(arrow.length)} ${line}`);
};

/** Prints findings by severity, problems first, in 80 columns. */
export const sayFindings = (findings: readonly Finding[]): void => {
  for (const { severity, title, sign, plain, format } of GROUPS) {
    const group = findings.filter((finding) => finding.severity === severity);
    if (group.length === 0) continue;
    heading(title);
    for (const finding of group) sayFinding(finding, isPlain() ? plain : sign, format);
  }
  say();
  say(toSummary(tallyFindings(findings)));
};
