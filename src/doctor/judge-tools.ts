import { vendorOfTool, whatTurnsOn } from '../config/tool-access.ts';
import { type Found, ok, problem, unknown } from './finding.ts';
import type { ToolSeen } from './gathered.ts';

/** Longer lists are read elsewhere. */
const SHOWN = 8;

const recipeOf = (tool: string): string => vendorOfTool(tool)?.recipe ?? 'docs/destinations.md';

/** `A`, or `A, B and C`: tools of one vendor share a key, and one refusal is one thing to mend. */
const listed = (tools: readonly string[]): string => tools.join(', ').replace(/, ([^,]*)$/, ' and $1');

interface Silent {
  readonly reason: string;
  readonly refused: boolean;
  readonly tools: readonly string[];
}

const toSilent = (seen: readonly ToolSeen[]): readonly Silent[] => {
  const byReason = new Map<string, Silent>();
  for (const { tool, credentials } of seen) {
    if (credentials === null || credentials.read) continue;
    const { reason, fault: refused } = credentials;
    const key = `${refused} ${vendorOfTool(tool)?.vendor ?? tool} ${reason}`;
    byReason.set(key, { reason, refused, tools: [...(byReason.get(key)?.tools ?? []), tool] });
  }
  return [...byReason.values()];
};

const judgeSilent = ({ reason, refused, tools }: Silent): Found => {
  const [first = ''] = tools;
  const [says, does] = tools.length === 1 ? ['does', 'its'] : ['do', 'their'];
  return refused
    ? problem(
        `${listed(tools)} ${says} not take ${does} credentials: ${reason}. What should be there waits.`,
        `Mend ${whatTurnsOn(first)}, or the permissions: ${recipeOf(first)} lists them.`,
      )
    : unknown(
        `${listed(tools)} gave no answer: ${reason}. What should be there waits until there is one.`,
        `Ask again later; if it stays so, look at the address among the variables (${recipeOf(first)}).`,
      );
};

const shorten = (lines: readonly string[], tool: string): readonly string[] =>
  lines.length <= SHOWN
    ? lines
    : [...lines.slice(0, SHOWN), `and ${lines.length - SHOWN} more: recoup destinations plan --tool ${tool}`];

const judgeSetUp = ({ tool, setUp }: ToolSeen): readonly Found[] => {
  if (setUp === null) return [];
  if (!setUp.read)
    return [
      unknown(
        `${tool} did not say what it has: ${setUp.reason}.`,
        `Ask again later; its permissions are in ${recipeOf(tool)}.`,
      ),
    ];
  const { missing, conflicts } = setUp.value;
  return [
    ...(missing.length === 0
      ? []
      : [
          problem(
            `${tool} lacks ${missing.length} of what deliveries need; without ${missing.length === 1 ? 'it' : 'them'} they are refused.`,
            `recoup destinations apply --tool ${tool}`,
            shorten(missing, tool),
          ),
        ]),
    ...(conflicts.length === 0
      ? []
      : [
          problem(
            `${conflicts.length} of what ${tool} has cannot be used as it is.`,
            'Each line says what to do; Recoup changes nothing that is there.',
            shorten(conflicts, tool),
          ),
        ]),
  ];
};

const judgeInspected = ({ tool, problems }: ToolSeen): readonly Found[] => {
  if (problems === null) return [];
  if (problems.read) return problems.value.map((each) => problem(`${tool}: ${each.problem}`, each.mend));
  return [unknown(`${tool} could not be looked over: ${problems.reason}.`, `Ask again later; see ${recipeOf(tool)}.`)];
};

const judgeAnswering = (seen: ToolSeen): readonly Found[] => {
  const found = [...judgeSetUp(seen), ...judgeInspected(seen)];
  if (found.length > 0) return found;
  const { tool, credentials, setUp } = seen;
  const parts = [
    ...(credentials === null ? [] : ['takes its credentials']),
    ...(setUp === null ? [] : ['has all that deliveries need']),
  ];
  return parts.length === 0 ? [] : [ok(`${tool} ${parts.join(' and ')}.`)];
};

/** Takes each tool what is sent to it: credentials, fields, permissions, external ids. */
export const judgeTools = (seen: readonly ToolSeen[]): readonly Found[] => [
  ...toSilent(seen).map(judgeSilent),
  ...seen.filter(({ credentials }) => credentials === null || credentials.read).flatMap(judgeAnswering),
];
