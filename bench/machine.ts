import { cpus, totalmem } from 'node:os';

/** What a number was measured on, in one line: a figure without its machine says nothing. */
export const describeMachine = (): string => {
  const processors = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${processors.length} cores, ${memoryGb} GB, ${process.platform} ${process.arch}, Node ${process.version}`;
};
