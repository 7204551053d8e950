import { openIterableBench } from '../stand-ins/iterable-bench.ts';
import { describeToolBench } from './tool-bench-suite.ts';

describeToolBench('iterable as a tool', openIterableBench, { deduplicatesEvents: true });
