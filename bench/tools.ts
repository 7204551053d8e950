/**
 * What changes cost each tool: requests, records in each, and the time that the tool's own published limit makes of them.
 *
 *   npm run bench:tools -- [--changes 10000] [--tools braze,hubspot] [--out braze] [--json]
 *
 * 1. First: `--changes` subjects of which the tool has heard nothing are written through the delivery engine to the tool's
 *    stand-in on loopback. 2. Change: the same change once more (recovered, closed, called off).
 *    Records per second are of this machine alone; the virtual clock jumps over every wait that the engine keeps.
 * 3. One tool out of order for 24 h: how long the others take to hold a change, beside the same day without the outage.
 *
 * The store is a file in `data/`, deleted at the end. Traffic stays on 127.0.0.1 and ends by itself.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TOOL_BENCHES } from '../test/stand-ins/tool-benches.ts';
import { describeMachine } from './machine.ts';
import { makeBar } from './tools-bar.ts';
import { measureOutage, type Outage } from './tools-outage.ts';
import { measureTool, type ToolMeasure } from './tools-throughput.ts';

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '10000' },
    tools: { type: 'string', default: Object.keys(TOOL_BENCHES).join(',') },
    out: { type: 'string', default: 'braze' },
    json: { type: 'boolean', default: false },
  },
});

const changes = Number(values.changes);
const benches = Object.entries(TOOL_BENCHES).filter(([key]) => values.tools.split(',').includes(key));

mkdirSync('data', { recursive: true });
const directory = mkdtempSync('data/bench-');
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const bar = makeBar(!values.json && process.stderr.isTTY);
const measures: ToolMeasure[] = [];
for (const [key, open] of benches) {
  const told = (done: number): void => bar.draw(key, done / (2 * changes));
  measures.push(...(await measureTool({ key, open, changes, store: `sqlite:${directory}/${key}.db`, told })));
}
const outage = await measureOutage(benches, values.out, directory, (share) => bar.draw(`${values.out} out`, share));
bar.clear();

const duration = (seconds: number): string => {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return seconds < 3_600 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3_600).toFixed(1)} h`;
};

const toRow = (measure: ToolMeasure) => ({
  tool: measure.tool,
  what: measure.what,
  requests: measure.requests,
  'records each': measure.recordsPerRequest.toFixed(1),
  'records/s here': Math.round(measure.recordsPerSecond),
  'published limit': measure.limit,
  'at the limit': measure.limitSeconds === null ? '-' : duration(measure.limitSeconds),
  'as Recoup paces': duration(measure.pacedSeconds),
});

const toOutageRow = ({ day, changes: count, p50Ms, p99Ms, maxMs, stepMs }: Outage['days'][number]) => ({
  day,
  changes: count,
  'p50 ms': p50Ms,
  'p99 ms': p99Ms,
  'max ms': maxMs,
  'real ms a step': stepMs.toFixed(2),
});

if (values.json) console.log(JSON.stringify({ machine: describeMachine(), changes, measures, outage }));
else {
  console.log(`${describeMachine()}\n\n${changes} changes of each tool`);
  console.table(measures.map(toRow));
  console.log(`\n${outage.out} out of order for 24 h: how long the others wait, on the virtual clock`);
  console.table(outage.days.map(toOutageRow));
  console.log(
    `${outage.out} held all of its ${outage.owed} changes ${duration(outage.caughtUpMs / 1_000)} after it was back`,
  );
}
