import { RecoupError } from '../domain/errors.ts';
import { clean, complain } from './terminal.ts';

/** 0: done. 1: could not be done. 2: not understood as typed. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** What a command could not do, said for a person: what happened, what to do next. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}

/** Tells a person, or with `json` a program, why the command failed; answers the exit code. */
export const reportFailure = (error: unknown, json: boolean): number => {
  const message = clean(error instanceof Error ? error.message : String(error));
  const code = error instanceof RecoupError ? error.code : 'command_failed';
  complain(json ? JSON.stringify({ error: { code, message } }) : `recoup: ${message}`);
  return error instanceof CommandFailure ? error.exitCode : EXIT.failed;
};
