import { Counter, Histogram, type Registry } from 'prom-client';
import type { GuardAnswer } from '../pipeline/guard/guard.ts';

export interface GuardMetrics {
  /** `seconds` from the request's headers to its answer. */
  readonly guardAnswered: (answer: Pick<GuardAnswer, 'suppress' | 'reason'>, seconds: number) => void;
}

/** What templates asked the guard, for Prometheus. */
export const makeGuardMetrics = (registry: Registry): GuardMetrics => {
  const registers = [registry];
  const answers = new Counter({
    name: 'recoup_guard_answers_total',
    help: 'Answers of the guard to templates, by whether the message was stopped and why.',
    labelNames: ['suppress', 'reason'],
    registers,
  });
  const took = new Histogram({
    name: 'recoup_guard_seconds',
    help: 'From the headers of a question to the guard to its answer.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 2],
    registers,
  });
  return {
    guardAnswered: ({ suppress, reason }, seconds) => {
      answers.inc({ suppress: String(suppress), reason: reason ?? 'none' });
      took.observe(seconds);
    },
  };
};
