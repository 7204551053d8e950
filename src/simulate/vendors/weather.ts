import type { ToolFault } from './tool-stand-in.ts';

/** A request as whatever draws faults sees it. */
export interface WeatherRequest {
  readonly isRead: boolean;
  /** People it names, as far as the vendor tells. */
  readonly users: readonly string[];
}

/** Faults that come by themselves, asked before each request is judged; null: none meets this one. */
export type Weather = (request: WeatherRequest) => ToolFault | null;

/** Whether a call about these people is refused before it leaves, as by a tool that is down. */
export type Refuses = (users: readonly string[]) => boolean;
