import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TOOLS } from '../../destinations/index.ts';
import { requiredOf, TOOL_KEYS, TOOL_VENDORS, vendorOfTool } from '../../src/config/tool-access.ts';

describe('docs/destinations.md', () => {
  const text = readFileSync('docs/destinations.md', 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  const rowOf = (tool: string): string => rows.find((row) => row.includes(`\`${tool}\``)) ?? '';

  it.each(TOOLS.map(({ key }) => key))('has a row for %s', (tool) => {
    expect(rowOf(tool)).not.toBe('');
  });

  it.each(TOOL_VENDORS)('names the variables that turn $name on, and its recipe', (vendor) => {
    const row = rowOf(vendor.vendor);
    for (const variable of requiredOf(vendor)) expect(row).toContain(`\`${variable}\``);
    expect(row).toContain(`(${vendor.recipe.replace('docs/', '')})`);
  });
});

describe('a vendor of the configuration', () => {
  it('is known for every tool, by its key', () => {
    for (const { key, vendor } of TOOLS) expect(vendorOfTool(key)?.vendor, key).toBe(vendor);
  });

  it('lists the key of every tool, and no other', () => {
    expect([...TOOL_KEYS].sort()).toEqual(TOOLS.map(({ key }) => key).sort());
  });
});
