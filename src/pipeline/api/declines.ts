import type { ApiAnswer } from './api-ports.ts';
import { type Asker, observe } from './asker.ts';
import { type Json, parseObject } from './json.ts';

/** The payment, with the intent and its refusal in it; beside it a charge that was made without an intent. */
const partsOf = (payment: Json): readonly Json[] => {
  const charge = parseObject(parseObject(payment.payment)?.charge);
  return charge === null ? [payment] : [payment, charge];
};

/**
 * Why an attempt failed where neither the invoice nor the charge names the other: the invoice's payments, which link it to
 * its intent, with the newest refusal of each.
 * @param attemptKey begins with the invoice's id; the rest tells attempts of one invoice apart.
 */
export const askForDecline = async (attemptKey: string, asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const [invoice = ''] = attemptKey.split(':');
  const expand = ['data.payment.payment_intent.latest_charge', 'data.payment.charge'];
  const answer = await asker.api.list('/v1/invoice_payments', { invoice, limit: 10, expand }, asker.merchant);
  if (answer.result !== 'found') return answer;
  const found = answer.value.objects.flatMap(partsOf);
  if (found.length === 0) return { result: 'missing' };
  return { result: 'found', value: found.map((object) => observe(object, asker)) };
};
