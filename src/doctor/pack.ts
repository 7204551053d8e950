/** Fits beside the margins of a screen of 80 columns. */
const COLUMNS = 70;

/** Words on as few lines as hold them, a space between two. */
export const pack = (words: readonly string[]): readonly string[] => {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
};
