import { z } from 'zod';
import { startHttpStandIn, type VendorRequest } from '../http-stand-in.ts';
import type { ToolStandIn } from '../tool-stand-in.ts';

/** Limits of Block Kit, as far as the messages use it. */
const mrkdwn = z.strictObject({
  type: z.literal('mrkdwn'),
  text: z.string().min(1).max(2_000),
  verbatim: z.boolean().optional(),
});
const block = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('header'),
    text: z.strictObject({
      type: z.literal('plain_text'),
      text: z.string().min(1).max(150),
      emoji: z.boolean().optional(),
    }),
  }),
  z.strictObject({ type: z.literal('section'), fields: z.array(mrkdwn).min(1).max(10) }),
  z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn).min(1).max(10) }),
]);
const message = z.strictObject({ text: z.string().min(1).max(40_000), blocks: z.array(block).min(1).max(50) });

export type PostedMessage = z.infer<typeof message>;

export interface SlackStandIn extends ToolStandIn {
  readonly messages: readonly PostedMessage[];
}

export interface SlackOptions {
  /** Path of the webhook. */
  readonly path: string;
  /** The test's clock, UTC milliseconds. */
  readonly now: () => number;
}

/** The episode that a message names, last of its small print; empty where it names none. */
export const episodeOf = ({ blocks }: PostedMessage): string => {
  const last = blocks.at(-1);
  const text = last?.type === 'context' ? (last.elements[0]?.text ?? '') : '';
  return text.split('·').at(-1)?.trim() ?? '';
};

/** Slack's end of an incoming webhook: it posts whatever is valid, twice if it comes twice, and answers in plain text. */
export const startSlackStandIn = async ({ path }: SlackOptions): Promise<SlackStandIn> => {
  const messages: PostedMessage[] = [];
  const judge = (request: VendorRequest) => {
    if (request.path !== path) return { status: 404, body: 'no_service' };
    if (request.method !== 'POST') return { status: 405, body: 'method_not_allowed' };
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
      return { status: 400, body: 'invalid_payload' };
    const parsed = message.safeParse(request.body);
    if (!parsed.success) return { status: 400, body: 'invalid_blocks' };
    const { data } = parsed;
    return { status: 200, body: 'ok', write: { subjects: [episodeOf(data)], apply: () => void messages.push(data) } };
  };
  const standIn = await startHttpStandIn({
    judge,
    throttled: () => ({ status: 429, headers: { 'retry-after': '3' }, body: 'rate_limited' }),
    refused: () => ({ status: 400, body: 'invalid_payload' }),
    failed: (status) => CODES[status] ?? 'rollup_error',
  });
  return { ...standIn, messages };
};

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_payload',
  403: 'action_prohibited',
  404: 'channel_not_found',
  410: 'channel_is_archived',
};
