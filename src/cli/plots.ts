/** How a value is drawn: eight heights of one character, lowest first, and one that hangs from above. */
export interface Glyphs {
  readonly heights: readonly string[];
  readonly hangs: { readonly half: string; readonly full: string };
  readonly axis: { readonly corner: string; readonly line: string; readonly side: string };
  /** A bar that lies, and the room that it leaves. */
  readonly bar: { readonly full: string; readonly rest: string };
}

export const BLOCKS: Glyphs = {
  heights: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  hangs: { half: '▀', full: '█' },
  axis: { corner: '┼', line: '─', side: '│' },
  bar: { full: '█', rest: '░' },
};

export const PLAIN: Glyphs = {
  heights: ['.', '.', ':', ':', '+', '+', '#', '#'],
  hangs: { half: '"', full: '#' },
  axis: { corner: '+', line: '-', side: '|' },
  bar: { full: '#', rest: '.' },
};

/** `values` in at most `columns` columns: of the days that share one the highest, so that no peak is lost. */
export const fitColumns = (values: readonly number[], columns: number): readonly number[] => {
  if (values.length <= columns) return values;
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    return Math.max(...values.slice(from, to));
  });
};

/** One row of bars. Anything above zero is seen, as something is there; `max` fills the cell. */
export const sparkline = (values: readonly number[], max: number, { heights }: Glyphs): string =>
  values
    .map((value) => {
      if (value <= 0) return ' ';
      const level = Math.round((value / max) * heights.length);
      return heights[Math.min(heights.length, Math.max(1, level)) - 1] ?? ' ';
    })
    .join('');

/** A share from 0 to 1 as a bar of `columns`. Anything is seen, and only all of it fills the bar. */
export const shareBar = (share: number, columns: number, { bar }: Glyphs): string => {
  const nearest = Math.round(share * columns);
  const filled = share <= 0 ? 0 : share >= 1 ? columns : Math.min(columns - 1, Math.max(1, nearest));
  return bar.full.repeat(filled) + bar.rest.repeat(columns - filled);
};

/** Row `row` from the axis outwards; `perRow`: what one row stands for. */
const risingRow = (values: readonly number[], perRow: number, row: number, { heights }: Glyphs): string =>
  values
    .map((value) => {
      const eighths = value <= 0 ? 0 : Math.max(1, Math.round((value / perRow) * 8));
      const filled = eighths - row * 8;
      return filled <= 0 ? ' ' : (heights[Math.min(filled, 8) - 1] ?? ' ');
    })
    .join('');

const hangingRow = (values: readonly number[], perRow: number, row: number, { hangs }: Glyphs): string =>
  values
    .map((value) => {
      const halves = value <= 0 ? 0 : Math.max(1, Math.round((value / perRow) * 2));
      const filled = halves - row * 2;
      return filled <= 0 ? ' ' : filled === 1 ? hangs.half : hangs.full;
    })
    .join('');

export interface MirrorPlot {
  /** Rows above the axis, top first. */
  readonly up: readonly string[];
  readonly axis: string;
  /** Rows below it. */
  readonly down: readonly string[];
}

/**
 * Two series on one axis and one scale: the first rises from it, the second hangs below, so that they are told apart
 * without colours.
 * @param rows terminal rows of the larger of the two.
 */
export const mirrorPlot = (
  up: readonly number[],
  down: readonly number[],
  { rows, glyphs }: { readonly rows: number; readonly glyphs: Glyphs },
): MirrorPlot => {
  const highest = Math.max(0, ...up);
  const lowest = Math.max(0, ...down);
  const perRow = Math.max(1, Math.max(highest, lowest) / rows);
  const width = String(Math.max(highest, lowest)).length;
  const line = (label: string, drawn: string): string =>
    `${label.padStart(width)} ${glyphs.axis.side}${drawn}`.trimEnd();
  const rowsFor = (peak: number): number => Math.max(1, Math.ceil(peak / perRow));
  const above = rowsFor(highest);
  const below = rowsFor(lowest);
  return {
    up: Array.from({ length: above }, (_, row) =>
      line(row === 0 ? String(highest) : '', risingRow(up, perRow, above - 1 - row, glyphs)),
    ),
    axis: `${'0'.padStart(width)} ${glyphs.axis.corner}${glyphs.axis.line.repeat(Math.max(up.length, down.length))}`,
    down: Array.from({ length: below }, (_, row) =>
      line(row === below - 1 ? String(lowest) : '', hangingRow(down, perRow, row, glyphs)),
    ),
  };
};
