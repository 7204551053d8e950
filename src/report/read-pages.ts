import type { Page } from '../pipeline/suppressions/suppression-ports.ts';

/** Rows read at once: a webhook waits behind them for some milliseconds. */
const ROWS = 5_000;

/** Reads all rows of a list, page by page, each once. */
export const readPages = async <Row extends { readonly seq: number }>(
  read: (page: Page) => Promise<readonly Row[]>,
  since: Page['since'],
  take: (row: Row) => void,
): Promise<void> => {
  for (let after = 0; ; ) {
    const rows = await read({ since, after, limit: ROWS });
    for (const row of rows) take(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS) return;
    after = last.seq;
  }
};
