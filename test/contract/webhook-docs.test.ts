import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseSecret } from '../../destinations/webhook/settings.ts';
import { toSignedHeaders } from '../../destinations/webhook/sign.ts';
import { NOW } from './tool-records.ts';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const BODY = '{"type":"payment_failed","data":{"amount":49.5}}';

type Check = (raw: string, headers: Readonly<Record<string, string>>, secret: string, now: number) => boolean;

/** The example of the recipe, as a reader would paste it. */
const loadExample = async (): Promise<Check> => {
  const text = await readFile('docs/recipes/webhook.md', 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'recoup-recipe-'));
  try {
    const file = join(folder, 'example.mjs');
    await writeFile(file, /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
    return (await import(file)).isFromRecoup;
  } finally {
    await rm(folder, { recursive: true });
  }
};

it('the example of the recipe takes what Recoup signed and nothing else', async () => {
  const isFromRecoup = await loadExample();
  const attempt = { id: 'evt_1', timestamp: NOW / 1_000, body: BODY };
  const headers = toSignedHeaders(attempt, parseSecret(SECRET) ?? Buffer.alloc(0));
  const rotated = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
  expect(isFromRecoup(BODY, headers, SECRET, NOW)).toBe(true);
  expect(isFromRecoup(BODY, rotated, SECRET, NOW)).toBe(true);
  expect(isFromRecoup(BODY.replace('49.5', '4.95'), headers, SECRET, NOW)).toBe(false);
  expect(isFromRecoup(BODY, { ...headers, 'webhook-id': 'evt_2' }, SECRET, NOW)).toBe(false);
  expect(isFromRecoup(BODY, headers, `whsec_${Buffer.alloc(32, 4).toString('base64')}`, NOW)).toBe(false);
  expect(isFromRecoup(BODY, headers, SECRET, NOW + 301_000)).toBe(false);
  expect(isFromRecoup(BODY, headers, SECRET, NOW - 301_000)).toBe(false);
  expect(isFromRecoup(BODY, {}, SECRET, NOW)).toBe(false);
});
