import { vendorOfTool, whatTurnsOn } from '../config/tool-access.ts';
import { RUN_SET_UP } from '../destination-kit/run-set-up.ts';
import { type Found, ok, problem, unknown } from './finding.ts';
import type { ToolSeen } from './gathered.ts';

/** Longer lists are read elsewhere. */
const SHOWN = 8;

const vendorNameOf = (tool: string): string => vendorOfTool(tool)?.vendor ?? tool;

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
    const key = `${refused} ${vendorNameOf(tool)} ${reason}`;
    byReason.set(key, { reason, refused, tools: [...(byReason.get(key)?.tools ?? []), tool] });
  }
  return [...byReason.values()];
};

/** Some tools end their words with a full stop. */
const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const judgeSilent = ({ reason, refused, tools }: Silent): Found => {
  const [first = ''] = tools;
  const [says, does] = tools.length === 1 ? ['does', 'its'] : ['do', 'their'];
  return refused
    ? problem(
        `${listed(tools)} ${says} not take ${does} credentials: ${ended(reason)} What should be there waits.`,
        `Mend ${whatTurnsOn(first)}, or the permissions: ${recipeOf(first)} lists them.`,
      )
    : unknown(
        `${listed(tools)} gave no answer: ${ended(reason)} What should be there waits until there is one.`,
        `Ask again later; if it stays so, look at the address among the variables (${recipeOf(first)}).`,
      );
};

const shorten = (lines: readonly string[], tool: string): readonly string[] =>
  lines.length <= SHOWN
    ? lines
    : [
        ...lines.slice(0, SHOWN),
        `and ${lines.length - SHOWN} more: npm run recoup -- destinations plan --tool ${tool}`,
      ];

const judgeSetUp = ({ tool, setUp }: ToolSeen): readonly Found[] => {
  if (setUp === null) return [];
  if (!setUp.read)
    return [
      unknown(
        `${tool} did not say what it has: ${ended(setUp.reason)}`,
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
            `npm run recoup -- destinations apply --tool ${tool}`,
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

/** As tools say it, made a sentence. */
const toSentence = (text: string): string => `${text.charAt(0).toUpperCase()}${ended(text.slice(1))}`;

interface Complaint {
  readonly tools: readonly string[];
  readonly what: string;
  readonly mend: string;
}

/** Tools of one vendor look at the same things, and one thing is mended once. */
const lacks = ({ setUp }: ToolSeen): boolean => setUp?.read === true && setUp.value.missing.length > 0;

const toComplaints = (seen: readonly ToolSeen[]): readonly Complaint[] => {
  const byWords = new Map<string, Complaint>();
  const toSetUp = new Set(seen.filter(lacks).map(({ tool }) => vendorNameOf(tool)));
  for (const { tool, problems } of seen) {
    for (const { problem: what, mend } of problems?.read === true ? problems.value : []) {
      // What is missing says so already.
      if (mend === RUN_SET_UP && toSetUp.has(vendorNameOf(tool))) continue;
      const key = JSON.stringify([vendorNameOf(tool), what, mend]);
      byWords.set(key, { what, mend, tools: [...(byWords.get(key)?.tools ?? []), tool] });
    }
  }
  return [...byWords.values()];
};

const judgeComplaint = ({ tools, what, mend }: Complaint): Found =>
  problem(`${listed(tools)}: ${toSentence(what)}`, toSentence(mend));

const judgeUninspected = ({ tool, problems }: ToolSeen): readonly Found[] =>
  problems === null || problems.read
    ? []
    : [
        unknown(
          `${tool} could not be looked over: ${ended(problems.reason)}`,
          `Ask again later; see ${recipeOf(tool)}.`,
        ),
      ];

const isWell = ({ setUp, problems }: ToolSeen): boolean =>
  (setUp === null || (setUp.read && setUp.value.missing.length + setUp.value.conflicts.length === 0)) &&
  (problems === null || (problems.read && problems.value.length === 0));

const judgeWell = (seen: ToolSeen): readonly Found[] => {
  const { tool, credentials, setUp } = seen;
  const parts = [
    ...(credentials === null ? [] : ['takes its credentials']),
    ...(setUp === null ? [] : ['has all that deliveries need']),
  ];
  return isWell(seen) && parts.length > 0 ? [ok(`${tool} ${parts.join(' and ')}.`)] : [];
};

/** Takes each tool what is sent to it: credentials, fields, permissions, external ids. */
export const judgeTools = (seen: readonly ToolSeen[]): readonly Found[] => {
  const answering = seen.filter(({ credentials }) => credentials === null || credentials.read);
  return [
    ...toSilent(seen).map(judgeSilent),
    ...answering.flatMap(judgeSetUp),
    ...toComplaints(answering).map(judgeComplaint),
    ...answering.flatMap((each) => [...judgeUninspected(each), ...judgeWell(each)]),
  ];
};
