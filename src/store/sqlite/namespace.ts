import type { DatabaseSync } from 'node:sqlite';
import { RecoupError } from '../../domain/errors.ts';
import { prepare } from './statement.ts';

// A call meant for Segment or a tool may have arrived even where no answer came, so that it is enough that there was one.
const SAID = `SELECT 1 AS yes WHERE EXISTS (SELECT 1 FROM outbox WHERE channel = 'segment')
  OR EXISTS (SELECT 1 FROM profiles WHERE channel = 'segment' OR commitments ->> 'segment' IS NOT NULL)
  OR EXISTS (SELECT 1 FROM tool_states WHERE channel = 'live')`;
// Ids begin with the namespace and do not depend on it otherwise: as they are now called, so that what was only recorded
// is never said under the new name (semantics G9).
const RENAME = `UPDATE committed_events SET message_id = ?1 || substr(message_id, length(?2) + 1)
  WHERE substr(message_id, 1, length(?2)) = ?2`;
// Their hash holds the namespace; nobody ever heard of them.
const FORGET_EPISODES = `UPDATE profiles SET commitments = json_replace(commitments, '$.episodes', json('[]'))
  WHERE commitments IS NOT NULL`;

/**
 * Binds the store to a namespace. Ids that leave begin with it, so another one would say everything again; a store that
 * has only observed takes the new one, as nothing has left. What a recorder took keeps the ids that it had.
 * For use inside a write transaction.
 * @throws RecoupError `namespace_mismatch` when something was said to Segment or to a tool under another.
 */
export const makeClaimNamespace = (db: DatabaseSync): ((namespace: string) => void) => {
  const find = prepare<{ value: string }>(db, `SELECT value FROM meta WHERE name = 'namespace'`);
  const said = prepare(db, SAID);
  const rename = prepare(db, RENAME);
  const forgetEpisodes = prepare(db, FORGET_EPISODES);
  const save = prepare(
    db,
    `INSERT INTO meta (name, value) VALUES ('namespace', ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
  );
  return (namespace) => {
    const stored = find.get()?.value;
    if (stored === namespace) return;
    if (stored !== undefined) {
      if (said.get() !== undefined) throw new RecoupError('namespace_mismatch', { stored, given: namespace });
      rename.run(`${namespace}:`, `${stored}:`);
      forgetEpisodes.run();
    }
    save.run(namespace);
  };
};
