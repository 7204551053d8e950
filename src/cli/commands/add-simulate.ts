import { type Command, InvalidArgumentError, Option } from 'commander';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { SIMULATED_TOOLS, type SimulatedToolName } from '../../simulate/world/simulated-relay.ts';
import { LAYERS, type Layer } from '../../simulate/world/simulation-options.ts';
import { type Enqueue, examples, withJson } from '../command-help.ts';
import type { CliDoors } from '../doors.ts';
import { wholeNumber } from '../whole-number.ts';

const MOST_HOURS = 24 * 30;

const toLayers = (text: string): readonly Layer[] =>
  text.split(',').map((name) => {
    const layer = LAYERS.find((each) => each === name.trim());
    if (layer === undefined) throw new InvalidArgumentError(`Expected some of ${LAYERS.join(',')}.`);
    return layer;
  });

interface AskedOutage {
  readonly tool: SimulatedToolName;
  readonly hours: number;
}

const toOutage = (text: string, before: readonly AskedOutage[] = []): readonly AskedOutage[] => {
  const [, name, hours] = /^([a-z]+):(\d+)h$/.exec(text) ?? [];
  const tool = SIMULATED_TOOLS.find((each) => each === name);
  if (tool === undefined || Number(hours) < 1 || Number(hours) > MOST_HOURS)
    throw new InvalidArgumentError(`Expected a tool (${SIMULATED_TOOLS.join(', ')}) and hours, such as braze:24h.`);
  return [...before, { tool, hours: Number(hours) }];
};

const MOST_DELAY_MS = 12 * HOUR_MS;
const UNITS = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS } as const;

type Delays = Readonly<Partial<Record<Layer, number>>>;

const toDelay = (text: string): readonly [Layer, number] => {
  const [, name, count, unit] = /^([a-z-]+):(\d+)([smh])$/.exec(text.trim()) ?? [];
  const layer = LAYERS.find((known) => known === name);
  const ms = unit === 's' || unit === 'm' || unit === 'h' ? Number(count) * UNITS[unit] : Number.NaN;
  if (layer === undefined || !(ms <= MOST_DELAY_MS))
    throw new InvalidArgumentError(`Expected layers (${LAYERS.join(', ')}) and times up to 12h, such as state:2h.`);
  return [layer, ms];
};

const toDelays = (text: string, before: Delays = {}): Delays => ({
  ...before,
  ...Object.fromEntries(text.split(',').map(toDelay)),
});

const MEANING = `
Flows in Braze and Iterable send on their own delays; each message is judged at
the instant of sending, against what the webhooks had told by then. Layers:
  guard      the template asks before it is sent
  state      the flow looks at in_dunning before each message
  exit       the flow ends when the episode ends
  read-back  tools are asked what they hold, and set right
Exit code 1 where a message went to somebody who was suppressed while a layer
worked, or a tool holds in the end what is not true.`;

/** `recoup simulate` */
export const addSimulate = (program: Command, doors: CliDoors, enqueue: Enqueue): void => {
  withJson(program.command('simulate'))
    .description('play a seeded business through the real relay to tools that really send, and judge every message')
    .option('--customers <n>', 'how many customers', wholeNumber(1, 20_000), 500)
    .option('--days <n>', 'how many virtual days', wholeNumber(3, 400), 60)
    .option('--seed <n>', 'the same seed plays the same and gives the same hash', wholeNumber(0, 4_294_967_295), 7)
    .addOption(
      new Option('--without <layers>', `layers to leave out, of ${LAYERS.join(',')}`)
        .argParser(toLayers)
        .default([], 'none'),
    )
    .addOption(
      new Option('--delay <layer:time>', 'layers that work so late, e.g. state:2h,exit:30m')
        .argParser(toDelays)
        .default({}, 'none'),
    )
    .addOption(
      new Option('--outage <tool:hours>', 'a tool that is down so long, e.g. braze:24h; may be repeated')
        .argParser(toOutage)
        .default([], 'none'),
    )
    .option('--chaos', 'tools fail 6.6 % of requests, are down for 5, 24 and 72 hours, and apply some calls hours late')
    .option('--calm', 'nothing goes wrong, and webhooks come at once, once and in order')
    .addHelpText('after', MEANING)
    .addHelpText(
      'after',
      examples(
        'simulate',
        'simulate --customers 2000 --chaos',
        'simulate --outage braze:24h --without guard',
        'simulate --without guard --delay state:2h,exit:2h',
        'simulate --chaos --without guard,state --json',
      ),
    )
    .action((options) => enqueue(async () => (await import('../simulate/simulate.ts')).runSimulate(doors, options)));
};
