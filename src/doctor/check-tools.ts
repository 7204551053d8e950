import type { Policy } from '../domain/policy.ts';
import { type Found, ok, unknown, warning } from './finding.ts';
import type { Check, Settings } from './gathered.ts';
import { judgeTools } from './judge-tools.ts';

/** Segment's names of a tool begin with its own, in any case: `Braze`, `Braze Cloud Mode (Actions)`. */
const isOf = (name: string, tool: string): boolean => name.toLowerCase().startsWith(tool.toLowerCase());

const judgeNamed = ({ directTools }: Policy, { tools: { written, off } }: Settings): readonly Found[] => {
  const orphans = directTools.filter((name) => !written.some((tool) => isOf(name, tool)));
  if (orphans.length === 0) return [];
  const offToo = orphans.filter((name) => off.some((tool) => isOf(name, tool)));
  return [
    warning(
      `segment.direct_tools keeps Segment from telling ${orphans.join(', ')}, and Recoup does not write to ${orphans.length === 1 ? 'it' : 'them'}: nobody there hears of dunning.`,
      offToo.length > 0
        ? `Give Recoup credentials for ${offToo.join(', ')} (.env.example), or take the name out of policy.yaml.`
        : 'Take the name out of segment.direct_tools in policy.yaml, unless that tool is meant to hear nothing.',
    ),
  ];
};

const WRITERS = [
  'Every call names the tools that Recoup writes as false, so that Segment',
  'is not their second writer. Audiences that Segment publishes to them need',
  'other keys. Of Segment a source is enough: not Engage, Unify or Protocols.',
];

/** Has each tool one writer, and not none, and does it take what is written. */
export const checkTools: Check = {
  name: 'tools',
  find: ({ policy, settings, tools }) => {
    if (!policy.read || !settings.read) return [];
    const { written, off } = settings.value.tools;
    const named = judgeNamed(policy.value, settings.value);
    const own =
      written.length === 0
        ? `No tool is written directly (off: ${off.join(', ') || 'none'}).`
        : `Written directly: ${written.join(', ')}.`;
    return [
      ...(named.length > 0 ? named : [ok(own)]),
      ...(tools.read ? judgeTools(tools.value) : [unknown(`The tools were not asked: ${tools.reason}`, null)]),
      unknown(
        "What Segment's own destinations and audiences write to the tools is not known: it takes a token that Recoup does not ask for.",
        'Look in Segment, Connections > Destinations: no audience of Engage may write a flag that Recoup writes.',
        WRITERS,
      ),
    ];
  },
};
