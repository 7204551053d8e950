import { CommandFailure, EXIT } from './failure.ts';
import { isTerminal } from './terminal.ts';

export interface ConfirmOptions {
  /** Do not ask. */
  readonly yes?: boolean;
  /** Whoever reads JSON is a program, which cannot be asked. */
  readonly json?: boolean;
}

const ask = async (message: string): Promise<boolean> => {
  const { confirm, isCancel } = await import('@clack/prompts');
  // Ctrl+D ends the input without an answer: nothing is left to wait for, and the process would end in the middle.
  const noAnswer = new Promise<false>((resolve) => process.once('beforeExit', () => resolve(false)));
  const answer = await Promise.race([noAnswer, confirm({ message, initialValue: false })]);
  return !isCancel(answer) && answer;
};

/**
 * Does a person want this. `message` is clean of what would move the cursor.
 * @throws CommandFailure where nobody can be asked and `yes` is not given.
 */
export const isConfirmed = async (message: string, { yes, json }: ConfirmOptions): Promise<boolean> => {
  if (yes === true) return true;
  if (json === true || !isTerminal()) throw new CommandFailure('Nobody can be asked here: pass --yes.', EXIT.usage);
  return ask(message);
};
