import type { ApiAnswer } from './api-ports.ts';
import { type Asker, observe } from './asker.ts';
import { type Json, parseObject } from './json.ts';

/** The newest charge of an intent, else the intent where it says itself what went wrong: no charge was made then. */
const reasonIn = (intent: Json): Json | null => {
  const charge = parseObject(intent.latest_charge);
  if (charge?.status === 'failed') return charge;
  return parseObject(intent.last_payment_error) === null ? charge : intent;
};

const partsOf = (payment: Json): readonly Json[] => {
  const paid = parseObject(payment.payment);
  const intent = parseObject(paid?.payment_intent);
  const charge = parseObject(paid?.charge) ?? (intent === null ? null : reasonIn(intent));
  return charge === null ? [payment] : [payment, charge];
};

/**
 * Why an attempt failed where neither the invoice nor the charge names the other: the invoice's payments, with the link
 * to intent and charge, and the newest charge of each.
 * @param attemptKey begins with the invoice's id; the rest tells attempts of one invoice apart.
 */
export const askForDecline = async (attemptKey: string, asker: Asker): Promise<ApiAnswer<readonly Json[]>> => {
  const [invoice = ''] = attemptKey.split(':');
  const query = { invoice, limit: 10, expand: ['data.payment.payment_intent.latest_charge'] };
  const answer = await asker.api.list('/v1/invoice_payments', query, asker.merchant);
  if (answer.result !== 'found') return answer;
  const found = answer.value.objects.flatMap(partsOf);
  if (found.length === 0) return { result: 'missing' };
  return { result: 'found', value: found.map((object) => observe(object, asker)) };
};
