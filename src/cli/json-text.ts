type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface Child {
  readonly label: string;
  readonly value: Json;
}

const childrenOf = (value: Json): readonly Child[] | null => {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return value.map((each: Json) => ({ label: '', value: each }));
  return Object.entries(value).map(([name, each]) => ({ label: `${JSON.stringify(name)}: `, value: each }));
};

const flat = (value: Json): string => {
  const children = childrenOf(value);
  if (children === null) return JSON.stringify(value);
  const inside = children.map((child) => child.label + flat(child.value)).join(', ');
  if (Array.isArray(value)) return `[${inside}]`;
  return inside === '' ? '{}' : `{ ${inside} }`;
};

/** Puts as many texts on a line as fit; one that is itself several lines stands alone. */
const fill = (blocks: readonly (readonly string[])[], width: number): readonly string[] => {
  const lines: string[] = [];
  let isOpen = false;
  for (const block of blocks) {
    const [first = ''] = block;
    const line = lines.at(-1);
    const joins = isOpen && block.length === 1 && line !== undefined && line.length + 1 + first.length <= width;
    if (joins) lines[lines.length - 1] = `${line} ${first}`;
    else lines.push(...block);
    isOpen = block.length === 1;
  }
  return lines;
};

const layOut = (value: Json, width: number): readonly string[] => {
  const children = childrenOf(value);
  const short = flat(value);
  if (children === null || short.length <= width) return [short];
  const blocks = children.map((child, index) => {
    const [first = '', ...rest] = layOut(child.value, width - 3 - child.label.length);
    const lines = [child.label + first, ...rest];
    const comma = index < children.length - 1 ? ',' : '';
    return [...lines.slice(0, -1), `${lines.at(-1)}${comma}`];
  });
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return [open, ...fill(blocks, width - 2).map((line) => `  ${line}`), close];
};

/** `value` as JSON that fits a screen: short parts share a line of at most `width`. */
export const jsonLines = (value: unknown, width: number): readonly string[] =>
  layOut(JSON.parse(JSON.stringify(value)) as Json, width);
