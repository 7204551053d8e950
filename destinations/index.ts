import type { Tool } from '../src/destination-kit/define-tool.ts';
import { braze } from './braze/index.ts';

/** Every tool that can be written directly. */
export const TOOLS: readonly Tool[] = [braze];
