import { wrapParts } from '../domain/words.ts';

/** `text` in lines of at most `width` characters, broken at spaces; a longer word stands alone. */
export const wrap = (text: string, width: number): readonly string[] => wrapParts(text.split(' '), width);
