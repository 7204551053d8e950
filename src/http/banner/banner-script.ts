import { readFileSync } from 'node:fs';

let script: string | null = null;

/** The script that a page embeds, read once. */
export const bannerScript = (): string => {
  script ??= readFileSync(new URL('./banner.js', import.meta.url), 'utf8');
  return script;
};
