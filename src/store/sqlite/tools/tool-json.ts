import type { Attributes, ToolEvent, ToolSettlement } from '../../../pipeline/tools/tool-ports.ts';

/** What the store wrote itself as JSON about tools. */

export const parseAttributes = (json: string): Attributes => JSON.parse(json) as Attributes;

export const parseDelivered = (json: string | null): Attributes | null =>
  json === null ? null : parseAttributes(json);

/** Names of attributes, or ids of episodes. */
export const parseNames = (json: string): readonly string[] => JSON.parse(json) as readonly string[];

export const parseEvent = (json: string): ToolEvent => JSON.parse(json) as ToolEvent;

export const parseEvents = (json: string): readonly ToolEvent[] => JSON.parse(json) as readonly ToolEvent[];

export const parseSettlements = (json: string): readonly ToolSettlement[] =>
  JSON.parse(json) as readonly ToolSettlement[];
