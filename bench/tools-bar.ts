const WIDTH = 30;

/** A bar on the terminal's error stream, redrawn in place; silent where nobody looks. */
export const makeBar = (isSeen: boolean) => ({
  /** @param share done, 0 to 1. */
  draw: (label: string, share: number): void => {
    if (!isSeen) return;
    const full = Math.round(Math.min(1, share) * WIDTH);
    process.stderr.write(`\r${label.padEnd(20)} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`);
  },
  clear: (): void => {
    if (isSeen) process.stderr.write(`\r${' '.repeat(WIDTH + 21)}\r`);
  },
});
