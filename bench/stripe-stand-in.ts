import { makeLargeBook, startStripeStandIn } from '../src/simulate/vendors/stripe.ts';

/** Stripe in a process of its own: an account of about `STRIPE_OBJECTS` objects as of `STRIPE_NOW`. Prints its URL. */
const objects = Number(process.env.STRIPE_OBJECTS);
const now = Number(process.env.STRIPE_NOW);
const apiKey = process.env.STRIPE_API_KEY ?? '';
const standIn = await startStripeStandIn({ apiKey, book: makeLargeBook({ objects, now }), forgetful: true });
console.log(standIn.url);
// Whoever started it may be killed: nobody else would end it.
process.once('disconnect', () => process.exit());
