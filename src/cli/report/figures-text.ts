import type { Since } from '../parse-since.ts';

export interface ReportOptions {
  readonly since: Since;
  readonly tool?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** A duration for people, e.g. 1234 -> `1.2 s`. */
export const showMs = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const [size, unit] = UNITS.find(([least]) => ms >= 2 * least) ?? UNITS[2];
  return `${Math.floor(ms / size)} ${unit}`;
};

/** How far back, for a heading, e.g. `in the last 7d` or `since 2026-01-01`. */
export const showSince = (text: string): string => (/^\d+[a-z]+$/.test(text) ? `in the last ${text}` : `since ${text}`);

/** Rows as comma-separated values (RFC 4180); what a spreadsheet would take for a formula is text. */
export const toCsv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows
    .map((row) =>
      row
        .map((cell) => {
          const text =
            cell === null ? '' : typeof cell === 'string' && /^[=+\-@]/.test(cell) ? `'${cell}` : String(cell);
          return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        })
        .join(','),
    )
    .join('\r\n');
