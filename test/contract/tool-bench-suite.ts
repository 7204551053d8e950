import { describe } from 'vitest';
import { TOOLS } from '../../destinations/index.ts';
import type { Tool } from '../../src/destination-kit/define-tool.ts';
import type { OpenToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { type BenchTraits, useBench } from './tool-bench.ts';
import { describeFaults } from './tool-bench-faults.ts';
import { describeOutcomes } from './tool-bench-outcomes.ts';
import { describeRecorder } from './tool-bench-recorder.ts';
import { describeSecrets } from './tool-bench-secrets.ts';
import { describeTaking } from './tool-bench-taking.ts';

const toolOf = (name: string): Tool => {
  const tool = TOOLS.find(({ key }) => key === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
};

/** What every tool has to keep, whatever its API looks like and whatever it holds; run against its stand-in. */
export const describeToolBench = (name: string, open: OpenToolBench, traits: BenchTraits = {}): void => {
  describe(name, () => {
    const tool = toolOf(name);
    const rig = useBench(open, traits);
    describe('what is taken', () => describeTaking(rig, tool));
    describe('what is not taken', () => describeFaults(rig, open));
    describe('what is told of each record of a call', () => describeOutcomes(rig));
    describe('secrets', () => describeSecrets(rig));
    describe('its recorder', () => describeRecorder(rig));
  });
};
