import { vi } from 'vitest';
import type { CliDoors } from '../../src/cli/doors.ts';
import { runCli } from '../../src/cli/index.ts';

/** What a command printed and how it ended. */
export interface Printed {
  readonly exitCode: number;
  readonly text: string;
  /** The text as one line, wherever it was broken to fit the screen. */
  readonly flat: string;
  /** What it wrote to stderr. */
  readonly complaint: string;
}

/** Runs a command in this process, through doors of the test's own. One at a time: it listens at the process's outputs. */
export const runInProcess = async (args: readonly string[], doors: CliDoors): Promise<Printed> => {
  const lines: string[] = [];
  const listeners = process.stdout.listeners('error');
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  const complaints: string[] = [];
  const complain = vi.spyOn(process.stderr, 'write').mockImplementation((text) => complaints.push(String(text)) > 0);
  try {
    const exitCode = await runCli(args, doors);
    const text = lines.join('');
    return { exitCode, text, flat: text.replace(/\s+/g, ' '), complaint: complaints.join('') };
  } finally {
    // A command listens for the end of its reader and is never told to stop: its process ends.
    for (const each of process.stdout.listeners('error')) {
      if (!listeners.includes(each)) process.stdout.off('error', each as () => void);
    }
    write.mockRestore();
    complain.mockRestore();
  }
};
