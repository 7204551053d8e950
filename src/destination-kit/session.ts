import type { HttpAnswer, OpenedSession, Tool, ToolSettings } from './define-tool.ts';

/** Keeps what a tool's calls need beside its settings, one opening at a time. */
export interface Session {
  /** The settings to call with; opens them if they are not open. */
  readonly open: () => Promise<OpenedSession<ToolSettings>>;
  /** Whether the answer ended the session, which is then opened anew by the next call. */
  readonly hasEnded: (answer: HttpAnswer) => boolean;
}

/** @param timeoutMs for one opening. */
export const makeSession = (tool: Tool, settings: ToolSettings, timeoutMs: number): Session => {
  const { openSession, isSessionOver } = tool;
  let opening: Promise<OpenedSession<ToolSettings>> | null = null;
  const open = async (): Promise<OpenedSession<ToolSettings>> => {
    if (openSession === undefined) return { ok: true, settings };
    opening ??= openSession(settings, timeoutMs);
    try {
      const opened = await opening;
      if (!opened.ok) opening = null;
      return opened;
    } catch (error) {
      opening = null;
      throw error;
    }
  };
  return {
    open,
    hasEnded: (answer) => {
      const isOver = isSessionOver?.(answer) ?? false;
      if (isOver) opening = null;
      return isOver;
    },
  };
};
