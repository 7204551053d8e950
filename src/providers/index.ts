import type { Provider } from './provider.ts';
import { stripe } from './stripe/stripe.ts';

/** Every billing system that webhooks can come from, by the name in `/webhooks/:provider`. */
export const PROVIDERS: Readonly<Record<string, Provider>> = { stripe };
