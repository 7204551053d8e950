import { type Document, isMap, isPair, isScalar, LineCounter, type ParsedNode, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { Policy } from '../domain/policy.ts';
import { nearest } from './nearest.ts';
import type { PolicyRule } from './policy/kinds.ts';
import { POLICY_RULES, POLICY_SCHEMA, toPolicy } from './policy-schema.ts';

type PolicyResult =
  | { readonly ok: true; readonly value: Policy }
  /** One line each, in the file's order: `file:line:column: path: expected …. Example: …`. */
  | { readonly ok: false; readonly errors: readonly string[] };

/** Lines and columns count from 1, as editors show them. */
interface Complaint {
  readonly line: number;
  readonly col: number;
  readonly text: string;
}

type Path = readonly PropertyKey[];

/** Where the value at `path` begins; `key` instead: where its key does. Falls back to the nearest parent that exists. */
const offsetOf = (root: ParsedNode | null, path: Path, at: 'key' | 'value'): number => {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const items: readonly unknown[] = (node as { items?: unknown[] } | null)?.items ?? [];
    const pair = isMap(node)
      ? items.find((item) => isPair(item) && isScalar(item.key) && `${item.key.value}` === step)
      : null;
    const child = isPair(pair) ? pair.value : items[Number(step)];
    const place = at === 'key' && depth === path.length - 1 && isPair(pair) ? pair.key : child;
    offset = (place as ParsedNode | null | undefined)?.range?.[0] ?? offset;
    node = child;
  }
  return offset;
};

/** The rule of a key, or of the nearest parent that has one: an item of a list is told what the list wants. */
const ruleOf = (path: Path): PolicyRule => {
  const rules: Readonly<Record<string, PolicyRule>> = POLICY_RULES;
  for (let length = path.length; length > 0; length -= 1) {
    const rule = rules[path.slice(0, length).join('.')];
    if (rule !== undefined) return rule;
  }
  const example = `${path.join('.')}: {}`.replace(/^: \{\}$/, 'no_retry_after: 1h');
  return { schema: POLICY_SCHEMA, expected: 'settings, one per line, as key: value', example };
};

/** The keys that may stand directly below `path`. */
const keysBelow = (path: Path): readonly string[] => {
  const prefix = path.map((step) => `${String(step)}.`).join('');
  const below = Object.keys(POLICY_RULES).filter((name) => name.startsWith(prefix));
  return [...new Set(below.map((name) => name.slice(prefix.length).split('.')[0] ?? ''))];
};

const unknownKey = (path: Path, key: string): string => {
  const known = keysBelow(path);
  const meant = nearest(key, known);
  const hint = meant === null ? `expected one of ${known.join(', ')}.` : `did you mean ${meant}?`;
  return `${[...path, key].join('.')}: unknown setting; ${hint} Example: ${ruleOf([...path, meant ?? known[0] ?? '']).example}`;
};

const invalid = (path: Path): string => {
  const { expected, example } = ruleOf(path);
  const name = path.length === 0 ? '' : `${path.join('.')}: `;
  return `${name}expected ${expected}. Example: ${example}`;
};

const toComplaints = (issue: z.core.$ZodIssue, root: ParsedNode | null, lines: LineCounter): readonly Complaint[] => {
  if (issue.code !== 'unrecognized_keys') {
    return [{ ...lines.linePos(offsetOf(root, issue.path, 'value')), text: invalid(issue.path) }];
  }
  return issue.keys.map((key) => ({
    ...lines.linePos(offsetOf(root, [...issue.path, key], 'key')),
    text: unknownKey(issue.path, key),
  }));
};

const toErrors = (file: string, complaints: readonly Complaint[]): PolicyResult => ({
  ok: false,
  errors: complaints
    .toSorted((a, b) => a.line - b.line || a.col - b.col)
    .map(({ line, col, text }) => `${file}:${line}:${col}: ${text}`),
});

/** What YAML itself objects to, and aliases: they buy nothing in a file this small and can blow up a reader. */
const brokenYaml = (document: Document.Parsed, lines: LineCounter): readonly Complaint[] => {
  const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ at: pos[0], why: message }));
  visit(document, {
    Alias: (_, alias) => {
      broken.push({ at: alias.range?.[0] ?? 0, why: 'aliases (*name) are not read; write the value out' });
    },
  });
  return broken.map(({ at, why }) => ({ ...lines.linePos(at), text: `not valid here: ${why}` }));
};

/**
 * Reads policy.yaml. Pure.
 * @param text the file's content; empty means all defaults.
 * @param file the name to begin each error with.
 */
export const parsePolicy = (text: string, file = 'policy.yaml'): PolicyResult => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  const broken = brokenYaml(document, lines);
  if (broken.length > 0) return toErrors(file, broken);
  const parsed = POLICY_SCHEMA.safeParse(document.toJS());
  if (parsed.success) return { ok: true, value: toPolicy(parsed.data) };
  return toErrors(
    file,
    parsed.error.issues.flatMap((issue) => toComplaints(issue, document.contents, lines)),
  );
};
