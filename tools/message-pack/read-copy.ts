import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { FAILURE_CLASSES } from '../../src/domain/decline.ts';

const Head = z.strictObject({
  channel: z.enum(['email', 'sms', 'in-app']),
  /** What the guard is asked for; `none`: nothing is owed any more, so there is nothing to ask. */
  guard: z.enum(['dunning', 'pre_dunning', 'recovery', 'none']),
  /** The event by which the flow is entered, whose properties the message may use. */
  entry: z.enum(['dunning_stage_entered', 'payment_recovered', 'dunning_exited', 'none']),
  unsubscribe: z.literal('yes').optional(),
  subject: z.string().optional(),
  preheader: z.string().optional(),
});

/** One message in its own words, before it is put into a tool's language. */
export interface Copy extends z.infer<typeof Head> {
  /** Name of the file, e.g. `first-failure`. */
  readonly key: string;
  /**
   * Each is a paragraph, or `[label](variable)` alone for the button. `{{name}}` and `{{#if name}}…{{else}}…{{/if}}` are
   * the variables of `variables.ts`, in either tool.
   */
  readonly paragraphs: readonly string[];
}

const Settings = z.strictObject({
  company: z.string(),
  support: z.string(),
  billing_page: z.url(),
  relay: z.url(),
  plans: z.record(z.string(), z.string()),
});

/** What is the business's own in every message. */
export type Settings = Readonly<z.infer<typeof Settings>>;

const Advice = z.record(z.enum(FAILURE_CLASSES), z.string());

/** What a customer can do, by failure class; every class has a sentence. */
export type Advice = Readonly<z.infer<typeof Advice>>;

/** Everything that the pack is made of. */
export interface Pack {
  readonly copies: readonly Copy[];
  readonly settings: Settings;
  readonly advice: Advice;
}

const parseCopy = (key: string, text: string): Copy => {
  const end = text.indexOf('\n\n');
  const head = Head.parse(parse(text.slice(0, end)));
  const paragraphs = text
    .slice(end)
    .trim()
    .split(/\n{2,}/);
  return { key, ...head, paragraphs };
};

/** Reads a folder such as `message-pack/`. Throws where a file is not of the expected shape. */
export const readPack = (folder: string): Pack => {
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  return {
    copies: readdirSync(join(folder, 'copy'))
      .toSorted()
      .map((file) => parseCopy(file.replace(/\.txt$/, ''), read(join('copy', file)))),
    settings: Settings.parse(parse(read('settings.yaml'))),
    advice: Advice.parse(parse(read('advice.yaml'))),
  };
};
