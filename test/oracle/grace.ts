import type { Episode } from './episodes.ts';
import { openInvoices } from './episodes.ts';
import type { Case } from './facts.ts';
import { invoiceLevel, LEVEL } from './invoices.ts';
import { isSilent } from './silence.ts';
import { standingWord } from './stopped.ts';

/** D3, decision 0016: what the merchant settled, and since when a store that had observed enforces; null: it never observed. */
export interface Grace {
  readonly lastsMs: number | null;
  readonly floorMs: number;
  readonly enforcedSince: number | null;
}

export interface Access {
  readonly level: 'full' | 'grace' | 'restricted';
  readonly graceEndsAt: number | null;
}

/**
 * 0016: when the retries first ran out by the provider's clock, in its words or by its silence; null: they did not.
 * Undefined: whether what is stated at the very end of a silence breaks it, no rule says.
 */
export const ranOutAt = (c: Case, episode: Episode): number | null | undefined => {
  const [broken, unbroken] = [firstOut(c, episode, 0), firstOut(c, episode, 1)];
  return broken === unbroken ? broken : undefined;
};

const firstOut = (c: Case, episode: Episode, earlier: 0 | 1): number | null => {
  const out: number[] = [];
  const ended = episode.endedAt ?? Number.POSITIVE_INFINITY;
  for (const at of new Set(c.facts.flatMap(({ occurredAt }) => [occurredAt, occurredAt + c.policy.noRetryAfterMs]))) {
    if (at < episode.openedAt || at > ended) continue;
    const upTo = c.facts.filter(({ occurredAt }) => occurredAt <= at).length;
    for (const invoice of openInvoices(c, upTo, episode)) {
      const silentUpTo = earlier === 0 ? upTo : c.facts.filter(({ occurredAt }) => occurredAt < at).length;
      if (isSilent(c, silentUpTo, invoice, at) || standingWord(c.facts.slice(0, upTo), episode, invoice) !== null)
        out.push(at);
    }
  }
  return out.length === 0 ? null : Math.min(...out);
};

/** Something of it is owed still, be it given up. */
export const isOwed = (c: Case, episode: Episode): boolean =>
  openInvoices(c, c.facts.length, episode).length > 0 ||
  episode.invoices.some((invoice) => invoiceLevel(c.facts, c.facts.length, invoice) === LEVEL.uncollectible);

/** D3: from when the retries ran out, or from the end of what was lost without that; null: access is not in question. */
export const accessFrom = (from: number | null, grace: Grace, t: number): Access => {
  if (from === null) return { level: 'full', graceEndsAt: null };
  if (grace.lastsMs === null) return { level: 'restricted', graceEndsAt: null };
  const floor = grace.enforcedSince === null ? 0 : grace.enforcedSince + grace.floorMs;
  const graceEndsAt = Math.max(from + grace.lastsMs, floor);
  return { level: t < graceEndsAt ? 'grace' : 'restricted', graceEndsAt };
};
