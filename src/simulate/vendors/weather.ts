import type { ToolFault } from './tool-stand-in.ts';

/** A request as whatever draws faults sees it. */
export interface WeatherRequest {
  readonly isRead: boolean;
  /** People it names, as far as the vendor tells. */
  readonly users: readonly string[];
}

/** Faults that come by themselves, asked before each request is judged; null: none meets this one. */
export type Weather = (request: WeatherRequest) => ToolFault | null;
