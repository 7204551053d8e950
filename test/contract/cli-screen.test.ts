import { describe, expect, it } from 'vitest';
import { distance, instantText } from '../../src/cli/instant-text.ts';
import { jsonLines } from '../../src/cli/json-text.ts';
import { BLOCKS, fitColumns, mirrorPlot, PLAIN, sparkline } from '../../src/cli/plots.ts';
import { hasBlocks } from '../../src/cli/unicode.ts';
import { wrap } from '../../src/cli/wrap.ts';
import { DAY_MS, HOUR_MS, instant, plus } from '../../src/domain/instant.ts';

const NOW = instant(Date.UTC(2026, 4, 7, 8, 30));

describe('a distance in words', () => {
  it.each([
    [0, 'now'],
    [3 * DAY_MS, 'in 3 days'],
    [7 * DAY_MS - 1_000, 'in 7 days'],
    [DAY_MS + 4 * HOUR_MS, 'in 1 day 4 hours'],
    [-2 * HOUR_MS, '2 hours ago'],
    [-1, 'less than a second ago'],
    [59_000, 'in 59 seconds'],
  ])('of %i ms is "%s"', (ms, words) => {
    expect(distance(plus(NOW, ms), NOW)).toBe(words);
  });

  it('stands beside an instant in UTC, with milliseconds where it has some', () => {
    expect(instantText(NOW)).toBe('2026-05-07 08:30:00');
    expect(instantText(plus(NOW, 7))).toBe('2026-05-07 08:30:00.007');
  });
});

describe('a plot', () => {
  it('fits the columns and keeps every peak and everybody who was there', () => {
    const values = Array.from({ length: 365 }, (_, day) => (day === 200 ? 900 : day === 10 ? 1 : 0));
    const fitted = fitColumns(values, 29);
    expect(fitted).toHaveLength(29);
    expect(Math.max(...fitted)).toBe(900);
    const row = sparkline(fitted, 900, BLOCKS);
    expect(row).toHaveLength(29);
    expect(row.replaceAll(' ', '')).toBe('▁█');
  });

  it('draws two series on one scale, the second hanging from the axis', () => {
    const plot = mirrorPlot([0, 4, 8], [2, 0, 4], { rows: 4, glyphs: BLOCKS });
    expect([...plot.up, plot.axis, ...plot.down]).toEqual([
      '8 │  █',
      '  │  █',
      '  │ ██',
      '  │ ██',
      '0 ┼───',
      '  │█ █',
      '4 │  █',
    ]);
  });

  it('is of plain signs where the terminal has no others', () => {
    const plot = mirrorPlot([0, 4, 8], [2, 0, 4], { rows: 4, glyphs: PLAIN });
    const text = [...plot.up, plot.axis, ...plot.down, sparkline([1, 2, 3], 3, PLAIN)].join('');
    expect(/^[ -~]+$/.test(text)).toBe(true);
    expect(hasBlocks({ LANG: 'C' }, true)).toBe(false);
    expect(hasBlocks({ TERM: 'dumb', LANG: 'en_US.UTF-8' }, true)).toBe(false);
    expect(hasBlocks({ LANG: 'C', LC_ALL: 'C.utf8' }, true)).toBe(true);
    expect(hasBlocks({ LANG: 'C' }, false)).toBe(true);
  });
});

describe('text on a screen', () => {
  it('is the same JSON, on lines that fit', () => {
    const value = {
      attributes: [
        { external_id: 'ada', ...Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`name_${i}`, i])) },
      ],
      events: [],
      left_out: undefined,
      text: 'with "quotes", and a comma',
    };
    const lines = jsonLines(value, 60);
    expect(JSON.parse(lines.join('\n'))).toEqual(JSON.parse(JSON.stringify(value)));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.length).toBeLessThan(25);
  });

  it('breaks between words and leaves a long one whole', () => {
    expect(wrap('one two three_four_five six', 8)).toEqual(['one two', 'three_four_five', 'six']);
  });
});
