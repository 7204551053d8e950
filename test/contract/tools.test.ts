import { expect, it } from 'vitest';
import { TOOLS } from '../../destinations/index.ts';
import { TOOL_BENCHES } from '../stand-ins/tool-benches.ts';
import { describeToolBench } from './tool-bench-suite.ts';

type Traits = NonNullable<Parameters<typeof describeToolBench>[2]>;

/** What tools can do beyond the others, or less. */
const TRAITS: Readonly<Record<string, Traits>> = {
  // An event's id overwrites the event of the same id. Braze keeps every event: its recipe lets a person enter once.
  iterable: { deduplicatesEvents: true },
  // Agents see a few attributes.
  zendesk: { keepsSome: true },
  intercom: { keepsSome: true },
  // What receivers answer beside the status is theirs.
  webhook: { statusAlone: true },
};

it('every tool is put through the suite', () => {
  expect(Object.keys(TOOL_BENCHES).toSorted()).toEqual(TOOLS.map(({ key }) => key).toSorted());
});

for (const [key, open] of Object.entries(TOOL_BENCHES)) describeToolBench(key, open, TRAITS[key]);
