export type { BrazeFault, FaultWhen, InjectedFault } from './braze/faults.ts';
export type { Canvas, CanvasPlan, SentMessage } from './braze/journey.ts';
export { runCanvas } from './braze/journey.ts';
export type { BrazeOptions, BrazeRequest, BrazeStandIn } from './braze/server.ts';
export { startBrazeStandIn } from './braze/server.ts';
export type { BrazeEvent, BrazeUser, BrazeWrite } from './braze/users.ts';
