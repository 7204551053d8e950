export type { ProjectKind } from './iterable/bulk.ts';
export { runJourney } from './iterable/journey.ts';
export type { IterableOptions, IterableStandIn } from './iterable/server.ts';
export { startIterableStandIn } from './iterable/server.ts';
export type { IterableEvent, IterableUser, IterableWrite } from './iterable/users.ts';
