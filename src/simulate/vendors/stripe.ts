export type { Listing, StripeBook } from './stripe/book.ts';
export { linksOf, numberOf } from './stripe/json.ts';
export { type LargeBookOptions, makeLargeBook } from './stripe/large-book.ts';
export { bookOfEvents, type MemoryBook, makeMemoryBook } from './stripe/memory-book.ts';
export type { StripeFault, StripeRequest, StripeStandIn, StripeStandInOptions } from './stripe/server.ts';
export { startStripeStandIn } from './stripe/server.ts';
