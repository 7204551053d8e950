import type { Copy, Pack } from './read-copy.ts';
import type { Variable } from './variables.ts';

/** How a value stands in a message: escaped where it is HTML. */
export type Form = 'html' | 'text';

/** A tool's template language. */
export interface Language {
  /** Folder and ending of the files. */
  readonly folder: string;
  readonly ending: string;
  /** Where a customer of this tool takes a message in the app away. */
  readonly dismissLink: string;
  readonly unsubscribeLink: (form: Form) => string;
  readonly value: (name: Variable, form: Form) => string;
  readonly ifKnown: (name: Variable) => string;
  readonly otherwise: string;
  readonly end: string;
  /** What stands before the message: a note for whoever copies it, the last looks, and the variables. */
  readonly preamble: (copy: Copy, names: readonly Variable[], pack: Pack) => string;
}

/** What to know of a message before it is copied, one line each. */
export const noteOf = ({ key, channel, subject, preheader }: Copy): readonly string[] => [
  `${key} (${channel}), made by \`npm run generate\` from message-pack/copy/${key}.txt`,
  ...(subject === undefined ? [] : [`Subject: ${subject}`]),
  ...(preheader === undefined ? [] : [`Preheader: ${preheader}`]),
];
