/** How a start that must not go on ends. */

/** Exit codes of BSD's sysexits, which supervisors understand: 75 may work later, 78 needs a person, 74 a new start. */
export const EXIT = { ok: 0, forced: 1, crashed: 70, ioError: 74, tryLater: 75, configuration: 78 } as const;

/** A start that must not go on: one or more lines for a person, and the exit code. */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(lines: string, exitCode: number) {
    super(lines);
    this.name = 'Refusal';
    this.exitCode = exitCode;
  }
}
