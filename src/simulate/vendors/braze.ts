export { runCanvas } from './braze/canvas.ts';
export type { BrazeFault, FaultWhen, InjectedFault } from './braze/faults.ts';
export type { BrazeOptions, BrazeRequest, BrazeStandIn } from './braze/server.ts';
export { startBrazeStandIn } from './braze/server.ts';
export type { BrazeEvent, BrazeUser, BrazeWrite } from './braze/users.ts';
