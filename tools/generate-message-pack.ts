import { fileURLToPath } from 'node:url';
import { BRAZE } from './message-pack/braze.ts';
import { ITERABLE } from './message-pack/iterable.ts';
import { layOut, type Template } from './message-pack/lay-out.ts';
import { type Pack, readPack } from './message-pack/read-copy.ts';
import { type Generated, writeOrCheck } from './write-or-check.ts';

const FOLDER = fileURLToPath(new URL('../message-pack', import.meta.url));

/** Every message in every form and tool. */
export const makeTemplates = (pack: Pack = readPack(FOLDER)): readonly Template[] =>
  [BRAZE, ITERABLE].flatMap((language) => pack.copies.flatMap((copy) => layOut(copy, language, pack)));

/** What `message-pack/copy`, `advice.yaml` and `settings.yaml` yield: templates to be copied into Braze and Iterable. */
export const generateMessagePack = (): readonly Generated[] =>
  makeTemplates().map(({ path, text }) => ({ path: `message-pack/${path}`, text }));

if (import.meta.main) writeOrCheck(generateMessagePack());
