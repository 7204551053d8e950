import Handlebars from 'handlebars';
import type { Rendered } from '../braze/liquid.ts';

/** What a template sees of a person. */
export interface IterablePerson {
  readonly profile: Readonly<Record<string, unknown>>;
  /** Of the event by which the journey was started. */
  readonly event: Readonly<Record<string, unknown>>;
  /** The data feed under its alias; null: it did not answer with 200, for which Iterable sends nothing by itself. */
  readonly guard: Readonly<Record<string, unknown>> | null;
}

const SKIPPED = 'skipped: ';

interface Block {
  readonly fn: (context: unknown) => string;
  readonly inverse: (context: unknown) => string;
  readonly hash: Readonly<Record<string, string>>;
  readonly data: { readonly root: Record<string, unknown> };
}

const choose = (isTrue: boolean, { fn, inverse }: Block, context: unknown): string =>
  isTrue ? fn(context) : inverse(context);

/** A helper that is given nothing to format is an error in Iterable, and the message is not sent. */
const given = <Value>(value: Value | null | undefined): Value => {
  if (value === null || value === undefined || value === '') throw new Error('a helper was given no value');
  return value;
};

const inWords = (at: Date, format: string): string => {
  const month = at.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' });
  if (format === 'MMMM d') return `${month} ${at.getUTCDate()}`;
  if (format === 'MMMM yyyy') return `${month} ${at.getUTCFullYear()}`;
  throw new Error(`unknown format ${format}`);
};

/** `2026-03-12 09:00:00 +00:00`, as Iterable holds dates. */
const toDate = (text: string): Date => {
  const at = new Date(given(text).replace(' +00:00', 'Z').replace(' ', 'T'));
  if (Number.isNaN(at.getTime())) throw new Error(`no date: ${text}`);
  return at;
};

/** Java's DecimalFormat, as far as `0`, `0.000` and `,##0.00`. */
const toDecimals = (amount: number, pattern: string): string => {
  const decimals = pattern.split('.')[1]?.length ?? 0;
  return given(amount).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: pattern.startsWith(','),
  });
};

/** The helpers that the pack uses, as Iterable's pages describe them. */
const HELPERS = {
  ifEq(this: unknown, a: unknown, b: unknown, block: Block) {
    return choose(a !== undefined && a !== null && String(a) === String(b), block, this);
  },
  ifContainsStr(this: unknown, text: string, part: string, block: Block) {
    return choose(text.includes(given(part)), block, this);
  },
  assign(this: unknown, name: string, block: Block) {
    block.data.root[name] = block.fn(this);
    return '';
  },
  sendSkip: ({ hash }: Block) => {
    throw new Error(SKIPPED + hash.cause);
  },
  numberFormat: (amount: number, pattern: string) => toDecimals(amount, pattern),
  dateFormat: (text: string, { hash }: Block) => inWords(toDate(text), String(hash.format)),
  dateMath: (text: string, by: string, { hash }: Block) => {
    if (by !== '-1d') throw new Error(`unknown calculation ${by}`);
    return inWords(new Date(toDate(text).getTime() - 86_400_000), String(hash.format));
  },
};

const makeEngine = (): typeof Handlebars => {
  const engine = Handlebars.create();
  for (const [name, helper] of Object.entries(HELPERS)) engine.registerHelper(name, helper);
  return engine;
};

/** Names that a template takes from outside, with their paths: `profile.in_dunning`, `guard.suppress`, `plan_id`. */
export const variablesOfHandlebars = (template: string): readonly string[] => {
  const names = new Set<string>();
  const assigned = new Set<string>();
  const visitor = new Handlebars.Visitor();
  visitor.PathExpression = ({ original }) => {
    if (!(original in HELPERS || original === 'if')) names.add(original);
  };
  const visitBlock = visitor.BlockStatement.bind(visitor);
  visitor.BlockStatement = (block) => {
    const [first] = block.params;
    if (block.path.type === 'PathExpression' && first?.type === 'StringLiteral') {
      assigned.add((first as hbs.AST.StringLiteral).value);
    }
    visitBlock(block);
  };
  visitor.accept(Handlebars.parse(template));
  return [...names].filter((name) => !assigned.has(name));
};

/** The template as Iterable sends it, with the contexts of profile and feed merged. */
export const renderHandlebars = (template: string, { profile, event, guard }: IterablePerson): Rendered => {
  if (guard === null && template.includes('guard.')) return { aborted: 'DataFeedError' };
  const root = {
    ...profile,
    ...event,
    profile,
    guard,
    hostedUnsubscribeUrl: 'https://unsubscribe.example.com/u',
  };
  try {
    return { sent: makeEngine().compile(template)(root) };
  } catch (error) {
    const [, reason] = String(error).split(SKIPPED);
    if (reason === undefined) throw error;
    return { aborted: reason };
  }
};
