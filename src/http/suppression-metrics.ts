import type { Instant } from '../domain/instant.ts';
import type { LayerTally, SuppressionCounts } from '../pipeline/suppressions/suppression-ports.ts';
import type { VerifyCounts } from '../pipeline/verify/verify-ports.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number, suffix?: string];

const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

const lineOf = (name: string, [labels, value, suffix = '']: Sample): string => {
  const named = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${suffix}${named.length === 0 ? '' : `{${named.join(',')}}`} ${value}`;
};

const metric = (
  name: string,
  type: 'gauge' | 'counter' | 'histogram',
  help: string,
  samples: readonly Sample[],
): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...samples.map((sample) => lineOf(name, sample)),
];

/** One tool and layer as a histogram: each bucket holds all that took at most so long. */
const toHistogram = (tallies: readonly LayerTally[], bounds: readonly number[]): readonly Sample[] => {
  const [first] = tallies;
  if (first === undefined) return [];
  const { tool, channel, layer } = first;
  const labels = { tool, channel, layer };
  const upTo = (ms: number): number => tallies.reduce((n, each) => n + ((each.leMs ?? Infinity) <= ms ? each.n : 0), 0);
  return [
    ...bounds.map((ms): Sample => [{ ...labels, le: String(ms / 1_000) }, upTo(ms), '_bucket']),
    [{ ...labels, le: '+Inf' }, upTo(Infinity), '_bucket'],
    [labels, tallies.reduce((sum, { sumMs }) => sum + sumMs, 0) / 1_000, '_sum'],
    [labels, upTo(Infinity), '_count'],
  ];
};

const histograms = (tallies: readonly LayerTally[]): readonly Sample[] => {
  const grouped = Map.groupBy(tallies, ({ tool, channel, layer }) => `${tool} ${channel} ${layer}`);
  // Those of the store, as far as anything took so long: every series of a scrape has the same.
  const bounds = [...new Set(tallies.flatMap(({ leMs }) => leMs ?? []))].sort((a, b) => a - b);
  return [...grouped.values()].flatMap((each) => toHistogram(each, bounds));
};

const ageSeconds = (since: Instant | null, now: Instant): number =>
  since === null ? 0 : Math.max(0, now - since) / 1_000;

/** Tools that ever ended something or are open, so that a leak that closes falls to 0 and does not vanish. */
const toolsOf = ({ tallies, leaks }: SuppressionCounts): readonly { tool: string; channel: string }[] => {
  const all = [...tallies, ...leaks].map(({ tool, channel }) => ({ tool, channel }));
  return [...new Map(all.map((each) => [`${each.tool} ${each.channel}`, each])).values()];
};

const leakMetrics = (counts: SuppressionCounts, now: Instant): readonly string[] => {
  const samples = toolsOf(counts).map((labels) => {
    const leak = counts.leaks.find(({ tool, channel }) => tool === labels.tool && channel === labels.channel);
    return { labels, open: leak?.open ?? 0, age: ageSeconds(leak?.oldestAt ?? null, now) };
  });
  return [
    ...metric(
      'recoup_open_leaks',
      'gauge',
      'People who are to hear no more of dunning and of whom the tool has not acknowledged it.',
      samples.map(({ labels, open }) => [labels, open]),
    ),
    ...metric(
      'recoup_open_leak_oldest_seconds',
      'gauge',
      'Since the webhook of the oldest of them came; 0 where none is open.',
      samples.map(({ labels, age }) => [labels, age]),
    ),
  ];
};

const pauseMetrics = ({ pauses }: SuppressionCounts): readonly string[] =>
  metric(
    'recoup_tool_paused',
    'gauge',
    '1 while a tool takes no calls; stopped: it refuses the relay, and a person is needed. Absent while it takes them.',
    pauses.map(({ tool, channel, stopped }) => [{ tool, channel, stopped: String(stopped) }, 1]),
  );

const verifyMetrics = (counts: readonly VerifyCounts[], now: Instant): readonly string[] => {
  const of = (value: (each: VerifyCounts) => number): readonly Sample[] =>
    counts.map((each) => [{ tool: each.tool }, value(each)]);
  return [
    ...metric(
      'recoup_verified_total',
      'counter',
      'Looks into a tool that found what should be there.',
      of(({ verified }) => verified),
    ),
    ...metric(
      'recoup_drift_total',
      'counter',
      'Looks that found something else; it was asserted again.',
      of(({ drifted }) => drifted),
    ),
    ...metric(
      'recoup_drift_repeating',
      'gauge',
      'People whose state another writer keeps changing in a tool.',
      of(({ fought }) => fought),
    ),
    ...metric(
      'recoup_unverified_oldest_seconds',
      'gauge',
      'Since the oldest suppression was acknowledged that is still to be read back.',
      of(({ oldestUnverifiedAt }) => ageSeconds(oldestUnverifiedAt, now)),
    ),
  ];
};

/** How fast and how surely dunning was suppressed, as Prometheus text. Pure. */
export const suppressionMetrics = (
  suppressions: SuppressionCounts,
  verified: readonly VerifyCounts[],
  now: Instant,
): string =>
  [
    ...metric(
      'recoup_suppression_seconds',
      'histogram',
      'From the webhook to the layer, of everybody who was to hear no more of dunning, since the store was made.',
      histograms(suppressions.tallies),
    ),
    ...leakMetrics(suppressions, now),
    ...pauseMetrics(suppressions),
    ...verifyMetrics(verified, now),
    '',
  ].join('\n');
