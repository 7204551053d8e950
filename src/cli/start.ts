import type { CliDoors } from './doors.ts';
import { makeLiveLog } from './live-log.ts';
import { isTerminal } from './terminal.ts';

export interface StartOptions {
  readonly json?: boolean;
  readonly live?: boolean;
}

/** `recoup start`: the relay, with the live log where a person watches or asked for it; never for a program. */
export const runStart = async (doors: CliDoors, options: StartOptions): Promise<number> => {
  const json = options.json === true;
  if (json || !(options.live ?? isTerminal())) return doors.startRelay({ json });
  const log = makeLiveLog(Date.now);
  try {
    return await doors.startRelay({ json, onLive: log.show });
  } finally {
    log.flush();
  }
};
