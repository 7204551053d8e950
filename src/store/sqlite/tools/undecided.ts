// Found by the index of what is unread: unless told, SQLite walks over everything that was ever received. News tells what
// was, a payment as well as a failure: that is never out of date, and whoever listens does not wait for hours.
const IS_PARKED_UNREAD = `(p.failures > 0 AND EXISTS (SELECT 1 FROM customers u
    JOIN deliveries d INDEXED BY deliveries_unread ON d.customer_id = u.id
    WHERE u.profile_id = p.id AND d.ending = 'unread')
  AND NOT EXISTS (SELECT 1 FROM tool_edges e
    WHERE e.tool_state_id = s.id AND e.status IN ('queued', 'unknown') AND e.role = 'news'))`;

/** Of the person of row `s`, or of an account that they are told about, whose owner hears of it first. */
const ofWhom = (condition: string): string => `(
  EXISTS (SELECT 1 FROM profiles p WHERE p.id = s.profile_id AND ${condition})
  OR EXISTS (SELECT 1 FROM account_contacts k JOIN customers c ON c.id = k.customer_id
    JOIN profiles p ON p.id = c.profile_id WHERE k.profile_id = s.profile_id AND ${condition}))`;

/**
 * SQL: whether row `s` of `tool_states` may be stale, since something came in that no decision has read: its profile, or
 * that of the owner of an account that it is a contact of, is due by `now` (an SQL expression), or its decision fails.
 * What is urgent is never stale in this sense: it ends or holds dunning, and waits for nothing.
 */
export const mayBeStale = (now: string): string =>
  `(s.urgent = 0 AND ${ofWhom(`(p.due_at <= ${now} OR ${IS_PARKED_UNREAD})`)})`;

/**
 * SQL: whether row `s` of `tool_states` has an exit to tell of an episode that the tool heard of, or may have. What ended is
 * over, whatever came in since.
 */
export const HAS_EXIT = `EXISTS (SELECT 1 FROM tool_edges e
  WHERE e.tool_state_id = s.id AND e.status IN ('queued', 'unknown') AND e.role = 'exit'
  AND (e.episode_id IN (SELECT value FROM json_each(s.reached)) OR EXISTS (SELECT 1 FROM tool_edges o
    WHERE o.tool_state_id = s.id AND o.status = 'unknown' AND o.episode_id = e.episode_id)))`;

/** SQL: as `mayBeStale`, only where a decision fails: for what is not sent now, nothing else lasts long enough to matter. */
export const MAY_STAY_STALE = `(s.urgent = 0 AND ${ofWhom(IS_PARKED_UNREAD)})`;
