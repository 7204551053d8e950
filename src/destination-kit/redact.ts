import type { Tool, ToolSettings } from './define-tool.ts';
import type { BatchAnswer, RecordOutcome } from './sink.ts';

/** The values of settings that must not be told: those of password fields. */
export const secretsOf = ({ definition }: Tool, settings: ToolSettings): readonly string[] =>
  Object.entries(definition.authentication?.fields ?? {})
    .filter(([name, { type }]) => type === 'password' && settings[name] !== undefined && settings[name] !== '')
    .map(([name]) => String(settings[name]));

/** The answer without `secrets`, which a tool or a proxy may have quoted in its words. */
export const redactAnswer = (answer: BatchAnswer, secrets: readonly string[]): BatchAnswer => {
  const hide = (text: string): string => secrets.reduce((said, secret) => said.replaceAll(secret, '…'), text);
  if (answer.answer !== 'each') return { ...answer, reason: hide(answer.reason) };
  return { ...answer, outcomes: answer.outcomes.map((outcome) => redactOutcome(outcome, hide)) };
};

const redactOutcome = (outcome: RecordOutcome, hide: (text: string) => string): RecordOutcome => {
  if (outcome.result === 'recorded') return outcome;
  if (outcome.result !== 'delivered') return { ...outcome, reason: hide(outcome.reason) };
  return outcome.warning === null ? outcome : { ...outcome, warning: hide(outcome.warning) };
};
