import { isRecord, type Json } from './json.ts';
import { idOf } from './object-ids.ts';

/** The two places of one slot: the payment method, and the legacy source that is charged where none is set. */
interface Slot {
  readonly method: unknown;
  readonly source: unknown;
}

/** What is charged from a slot. */
export const slotOf = ({ method, source }: Slot): string | null => idOf(method) ?? idOf(source);

/**
 * The slot before, where a notice says that it changed: as a part of a fact.
 * @param before the attributes that changed, as they were: `default_payment_method` in `settings`, `default_source` in `own`.
 */
export const slotBefore = (
  now: Slot,
  before: { readonly settings: unknown; readonly own: Json },
): { readonly previousPaymentMethodId?: string | null } => {
  const settings = isRecord(before.settings) ? before.settings : {};
  const previous = slotOf({
    method: Object.hasOwn(settings, 'default_payment_method') ? settings.default_payment_method : now.method,
    source: Object.hasOwn(before.own, 'default_source') ? before.own.default_source : now.source,
  });
  return previous === slotOf(now) ? {} : { previousPaymentMethodId: previous };
};
