/** `text` in lines of at most `width` characters, broken at spaces; a longer word stands alone. */
export const wrap = (text: string, width: number): readonly string[] => wrapParts(text.split(' '), width);

/** Parts that stay whole, with a space between them, in lines of at most `width` characters. */
export const wrapParts = (parts: readonly string[], width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of parts) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
};
