import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';

/** Harmless credentials; nothing is sent to the address. */
export const RECORDER_CREDENTIALS = {
  loginUrl: 'https://salesforce.invalid',
  clientId: 'recorder',
  clientSecret: 'recorder',
} as const;

/**
 * A Salesforce that takes everything: it knows every Contact and Account that is looked up by its id, so that the
 * requests that write are seen, and no task yet.
 */
export const answerRecorded = ({ url, body }: RecordedRequest): { readonly status: number; readonly body: unknown } => {
  const soql = new URL(url).searchParams.get('q');
  if (soql !== null) {
    const records = toRows(soql);
    return { status: 200, body: { totalSize: records.length, done: true, records } };
  }
  const { records = [] } = JSON.parse(body === '' ? '{}' : body) as { readonly records?: readonly unknown[] };
  return { status: 200, body: records.map((_, at) => ({ id: toId(at), success: true, errors: [] })) };
};

const QUERY = /^SELECT (.+?) FROM (\w+) WHERE (\w+) IN \((.*)\)$/s;

const toRows = (soql: string): readonly Readonly<Record<string, string>>[] => {
  const [, , object, field = '', list = ''] = QUERY.exec(soql) ?? [];
  if (object === 'Task') return [];
  const values = [...list.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
  return values.map((value, at) => ({ Id: toId(at), [field]: value }));
};

const toId = (at: number): string => `003${String(at).padStart(15, '0')}`;
