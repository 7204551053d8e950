import type { CredentialCheck } from '../../destination-kit/define-tool.ts';
import { within } from '../../destination-kit/within.ts';
import type { Looked, ToolSeen } from '../../doctor/gathered.ts';
import { planTool } from '../destinations/plan-tools.ts';
import type { CliDoors, ToolDoor } from '../doors.ts';

/** A tool is asked first whether it knows the key, then all else at once; each so long, in ms. */
const ASK_WITHIN_MS = 30_000;

type Audiences = Parameters<typeof planTool>[1];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const notRead = (reason: string, fault: boolean): Looked<never> => ({ read: false, reason, fault });

const toLooked = (check: CredentialCheck): ToolSeen['credentials'] => {
  if (!check.ok) return notRead(check.reason, check.unanswered !== true);
  return check.unasked === true ? null : { read: true, value: true };
};

const lookAtCredentials = async ({ checkCredentials }: ToolDoor): Promise<ToolSeen['credentials']> => {
  if (checkCredentials === null) return null;
  try {
    return toLooked(await within(ASK_WITHIN_MS, checkCredentials));
  } catch (error) {
    return notRead(messageOf(error), false);
  }
};

const lookAtSetUp = async (door: ToolDoor, audiences: Audiences): Promise<ToolSeen['setUp']> => {
  const planned = await planTool(door, audiences, ASK_WITHIN_MS);
  if (planned.state === 'needs_nothing') return null;
  if (planned.state === 'unanswered') return notRead(planned.reason, false);
  const { missing, conflicts } = planned.plan;
  return { read: true, value: { missing: missing.map(({ what }) => what), conflicts } };
};

const lookOver = async ({ inspect }: ToolDoor): Promise<ToolSeen['problems']> => {
  if (inspect === null) return null;
  try {
    return { read: true, value: await within(ASK_WITHIN_MS, inspect) };
  } catch (error) {
    return notRead(messageOf(error), false);
  }
};

const lookAtTool = async (door: ToolDoor, audiences: Audiences): Promise<ToolSeen> => {
  const { tool } = door;
  const credentials = await lookAtCredentials(door);
  // Whoever refuses the key or gives no answer has nothing else to say.
  if (credentials !== null && !credentials.read) return { tool, credentials, setUp: null, problems: null };
  const [setUp, problems] = await Promise.all([lookAtSetUp(door, audiences), lookOver(door)]);
  return { tool, credentials, setUp, problems };
};

/** What each tool with credentials says of itself; all are asked at once, and one that hangs holds up no other. */
export const lookAtTools = async (doors: CliDoors): Promise<Looked<readonly ToolSeen[]>> => {
  try {
    const [{ configured }, audiences] = await Promise.all([doors.openTools(), doors.loadAudiences()]);
    return { read: true, value: await Promise.all(configured.map((door) => lookAtTool(door, audiences.all))) };
  } catch (error) {
    return notRead(messageOf(error), true);
  }
};
