import { TOOLS } from '../destinations/index.ts';
import type { CliDoors, ToolDoor } from './cli/doors.ts';
import type { RecordedRequest, Tool, ToolSettings } from './destination-kit/define-tool.ts';
import { makeToolReader } from './destination-kit/tool-reader.ts';
import type { Policy } from './domain/policy.ts';
import type { EngineTool } from './pipeline/engine.ts';
import type { Clock } from './pipeline/ports.ts';

/** What both threads share of the tools: each as the engine runs it. */

/** By vendor, e.g. `braze`; plain values, since they cross to the store's thread. */
export type ToolCredentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface OpenToolsOptions {
  readonly clock: Clock;
  /** Of the tools that are to be written; of the others those that policy has recorded run as recorders alone. */
  readonly credentials: ToolCredentials;
  readonly policy: Policy;
  /** Sees each request that a recorder takes in a tool's place. */
  readonly onRequest?: (tool: string, request: RecordedRequest) => void;
}

/**
 * Every tool in use, with its sink if there are credentials for it. Loads the framework that runs them.
 * @throws when a setting is not valid; the message names the tool and no secret.
 */
export const openTools = async ({
  clock,
  credentials,
  policy,
  onRequest,
}: OpenToolsOptions): Promise<readonly EngineTool[]> => {
  const [{ makeActionsSink }, { makeRecorderSink }] = await Promise.all([
    import('./destination-kit/actions-sink.ts'),
    import('./destination-kit/recorder.ts'),
  ]);
  return toolsInUse(credentials, policy).map((tool): EngineTool => {
    const values = credentials[tool.vendor];
    const policySettings = toPolicySettings(tool.vendor, policy);
    const settings = values === undefined ? null : tool.credentials({ ...values, ...policySettings });
    const limit = toLimit(tool, policy);
    return {
      tool: tool.key,
      subject: tool.subject,
      segmentNames: tool.segmentNames,
      live: settings === null ? null : makeActionsSink(tool, settings, { now: clock.now, ...limit }),
      reader: settings === null ? null : makeToolReader(tool, settings),
      recorder: makeRecorderSink(tool, {
        ...limit,
        settings: tool.credentials({ ...tool.recorder.credentials, ...policySettings }),
        onRequest: (request) => onRequest?.(tool.key, request),
      }),
    };
  });
};

/** Requests beside a call's own that fit into its time and the vendor's limits: canceled sends, and enrolments that are ended. */
const BESIDE_A_CALL = { iterable: 160, hubspot: 20 } as const;

/** Objects per call, where policy makes them fewer than the tool takes. */
const toLimit = ({ key }: Tool, { braze, iterable, hubspot }: Policy): { readonly objects?: number } => {
  if (key === 'braze') return { objects: braze.batchObjects };
  const [campaigns, workflows] = [iterable.cancelCampaigns.length, hubspot.unenrolWorkflows.length];
  if (key === 'iterable' && campaigns > 0) return { objects: Math.floor(BESIDE_A_CALL.iterable / campaigns) };
  return key === 'hubspot' && workflows > 0 ? { objects: Math.floor(BESIDE_A_CALL.hubspot / workflows) } : {};
};

/** Wherever there are credentials, or a recorder is asked for. */
const toolsInUse = (credentials: ToolCredentials, { recorded }: Policy): readonly Tool[] =>
  TOOLS.filter(({ vendor }) => credentials[vendor] !== undefined || recorded.includes(vendor));

/** What the policy says of a vendor, as its tools' settings. */
export const toPolicySettings = (vendor: string, policy: Policy): Readonly<Record<string, string>> => {
  const { braze, iterable, hubspot, salesforce, handOff } = policy;
  switch (vendor) {
    case 'braze':
      return { updateExistingOnly: String(braze.updateExistingOnly) };
    case 'iterable':
      return { cancelCampaigns: iterable.cancelCampaigns.join(' ') };
    case 'hubspot': {
      const { createMissing, suppressionList, unenrolWorkflows, ...names } = hubspot;
      return {
        ...names,
        createMissing: String(createMissing),
        defaultOwner: handOff.owners.hubspot ?? '',
        suppressionList: suppressionList ?? '',
        unenrolWorkflows: unenrolWorkflows.join(' '),
      };
    }
    case 'salesforce': {
      const { createMissing, ...names } = salesforce;
      return { ...names, createMissing: String(createMissing), defaultOwner: handOff.owners.salesforce ?? '' };
    }
    default:
      return {};
  }
};

const ASK_TIMEOUT_MS = 10_000;

/** For one step of a set-up, in ms: Salesforce deploys a field in some seconds, under load in more. */
const MAKE_TIMEOUT_MS = 60_000;

/** Between two steps, in ms: five a second are what Iterable takes, and no tool takes fewer of these. */
const STEP_PAUSE_MS = 200;

/** A tool with its settings, as commands ask it. */
const toDoor = (tool: Tool, settings: ToolSettings): ToolDoor => {
  const { key, subject, checkCredentials, readBack, toHeld, setUp, inspect } = tool;
  return {
    tool: key,
    subject,
    checkCredentials: checkCredentials === undefined ? null : () => checkCredentials(settings, ASK_TIMEOUT_MS),
    readBack: readBack === undefined ? null : (userIds) => readBack(settings, userIds, ASK_TIMEOUT_MS),
    toHeld: toHeld ?? ((desired) => desired),
    setUp:
      setUp === undefined
        ? null
        : {
            plan: (fields) => setUp.plan(settings, fields, ASK_TIMEOUT_MS),
            apply: (step) => setUp.apply(settings, step, MAKE_TIMEOUT_MS),
            pauseMs: STEP_PAUSE_MS,
          },
    inspect: inspect === undefined ? null : () => inspect(settings, ASK_TIMEOUT_MS),
  };
};

/** The tools that have credentials, to be asked, and the names of those that have none. */
export const openToolDoors = (
  credentials: ToolCredentials,
  policy: Policy,
): Awaited<ReturnType<CliDoors['openTools']>> => ({
  configured: toolsInUse(credentials, policy).flatMap((tool) => {
    const values = credentials[tool.vendor];
    if (values === undefined) return [];
    return [toDoor(tool, tool.credentials({ ...values, ...toPolicySettings(tool.vendor, policy) }))];
  }),
  off: TOOLS.filter(({ vendor }) => credentials[vendor] === undefined).map(({ key }) => key),
});
