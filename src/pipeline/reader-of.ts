import { INTERVENTIONS } from '../interventions/index.ts';
import type { Provider } from '../providers/provider.ts';
import type { Delivery } from './ports.ts';

type Readers = Readonly<Record<string, Provider>>;

const own = (readers: Readers, name: string): Provider | undefined =>
  Object.hasOwn(readers, name) ? readers[name] : undefined;

/**
 * Who reads a delivery: of what a person or another tool said the source, which begins its event type, else the billing
 * provider, under whose customer both are stored. Undefined: this release has no reader for it.
 */
export const readerOf = (
  providers: Readers,
  { provider, eventType }: Pick<Delivery, 'provider' | 'eventType'>,
): Provider | undefined => own(INTERVENTIONS, eventType.split('.')[0] ?? '') ?? own(providers, provider);
