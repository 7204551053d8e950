import { type DestinationStream, pino } from 'pino';
import { RecoupError } from '../domain/errors.ts';

/**
 * Everything that a log line may carry beside its message. An allow-list: a field that is not named here is dropped,
 * so that a body, an address or a key cannot slip into the log by way of an object that was passed whole.
 */
const LOG_FIELDS = [
  'provider',
  'eventId',
  'eventType',
  'profileId',
  'messageId',
  'seq',
  'status',
  'answer',
  'reason',
  'code',
  'count',
  'suppressed',
  'attempt',
  'until',
  'url',
  'durationMs',
  'method',
  'route',
  'signal',
  'sink',
  'tool',
  'channel',
  'failures',
  'rejected',
  'since',
  'rows',
  'attributes',
  'open',
  'oldestSeconds',
  'entered',
  'known',
] as const;

/** `message` is a constant sentence; what varies goes into the details, and what was thrown into `details.error`. */
type Write = (details: object, message: string) => void;
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
export type LogLevel = keyof Log | 'silent';

/** A value is cut at this length: an id or a reason is shorter, a body is not. */
const MAX_CHARS = 300;

/** JSON escapes the control characters below space; these above ASCII drive some terminals as well. */
const toField = (value: unknown): unknown => {
  if (typeof value === 'string') return value.slice(0, MAX_CHARS).replace(/[\u007f-\u009f]/g, '?');
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
};

/**
 * What may be told of something thrown. Only our own messages are known to be safe: others quote what they were given,
 * as `JSON.parse` quotes the body. Of those the name, the code and the places in the code remain.
 */
const toErrorFields = (error: unknown): Readonly<Record<string, unknown>> => {
  if (error === undefined) return {};
  if (error instanceof RecoupError) return { error: { code: error.code, message: error.message } };
  if (!(error instanceof Error)) return { error: { name: typeof error } };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const code = toField('code' in error ? error.code : undefined);
  return { error: { name: error.name, code, at: places.slice(0, 8).map((line) => line.trim()) } };
};

/**
 * One JSON object per line, control characters escaped, so that no value can forge a line or drive a terminal.
 * @param destination where the lines go; standard error by default, since standard output is for people.
 */
export const makeLog = (level: LogLevel, destination: DestinationStream = pino.destination(2)): Log => {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const at =
    (label: keyof Log): Write =>
    (details, message) => {
      const given = new Map(Object.entries(details));
      const known = LOG_FIELDS.map((name) => [name, toField(given.get(name))]);
      logger[label]({ ...Object.fromEntries(known), ...toErrorFields(given.get('error')) }, message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/** Takes the words and drops them. */
export const SILENT_LOG: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
