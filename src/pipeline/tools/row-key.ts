import type { ToolRowKey } from './tool-ports.ts';

/** One text for a row of one tool and channel, to remember things by. */
export const rowKey = ({ profileId, userId }: ToolRowKey): string => `${profileId}:${userId}`;
