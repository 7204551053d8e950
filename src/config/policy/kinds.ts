import { z } from 'zod';
import { parseDuration } from '../duration.ts';

/** What a key of policy.yaml may hold. `schema` turns what is written into what the `Policy` wants. */
export interface PolicyRule {
  readonly schema: z.ZodType;
  /** Completes "expected …". */
  readonly expected: string;
  readonly example: string;
}

/** The keys of a section by their dotted path. */
export type PolicyRules = Readonly<Record<string, PolicyRule>>;

/** An empty section (`plans:` with nothing below) is read as YAML reads it, null, and means the defaults. */
export const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.preprocess((value) => value ?? {}, z.strictObject(shape));

/** An id without spaces. */
export const id = z.string().regex(/^\S{1,200}$/);

/** `30s`, `10m`, `1h`, `30d`, in ms, above 0. */
export const duration = z.string().transform(parseDuration).pipe(z.number().positive());

/** What `duration` expects, in words. */
export const A_DURATION = 'a duration: a whole number above 0 with s, m, h or d';

/** Items of which none stands twice. */
export const list = <Item extends string>(item: z.ZodType<Item>): z.ZodType<readonly Item[]> =>
  z.array(item).refine((items) => new Set(items).size === items.length);
