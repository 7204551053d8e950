const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

const column = (value: number, max: number, height: number): readonly string[] => {
  const eighths = max === 0 ? 0 : Math.round((value / max) * height * 8);
  return Array.from({ length: height }, (_, row) => {
    const filled = eighths - (height - 1 - row) * 8;
    if (filled <= 0) return ' ';
    return BLOCKS[Math.min(filled, 8) - 1] ?? ' ';
  });
};

/**
 * A bar per value in block characters, with the scale at the left; one column each.
 * @param height in terminal rows.
 * @returns lines from top to bottom, the last one the axis.
 */
export const bars = (values: readonly number[], height: number): readonly string[] => {
  const max = Math.max(0, ...values);
  const columns = values.map((value) => column(value, max, height));
  const width = String(max).length;
  const rows = Array.from({ length: height }, (_, row) => {
    const label = row === 0 ? String(max).padStart(width) : ' '.repeat(width);
    return `${label} │${columns.map((cells) => cells[row]).join('')}`.trimEnd();
  });
  return [...rows, `${'0'.padStart(width)} └${'─'.repeat(values.length)}`];
};
