import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rooms whose code can change what a decision says. */
const DECIDING_ROOMS = ['domain', 'generated', 'ledger', 'pipeline', 'providers', 'traits'];

/**
 * Identifies the code that decides, as part of the ruleset: two releases that decide alike have the same one, and a
 * changed line gives another, so that events which only a release adds are recognised as such (semantics E5).
 * @param sourceDirectory the absolute path of `src/`.
 * @returns 16 hex characters.
 */
export const codeVersion = (sourceDirectory: string): string => {
  const hash = createHash('sha256');
  for (const room of DECIDING_ROOMS) {
    const names = readdirSync(join(sourceDirectory, room), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((each) => each.endsWith('.ts')).toSorted()) {
      hash
        .update(`${room}/${name}\0`)
        .update(readFileSync(join(sourceDirectory, room, name)))
        .update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
};
