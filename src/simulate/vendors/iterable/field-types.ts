/** The types that a project keeps for good, one for each field: of users for all people, of events by the event's name. */

type Values = Readonly<Record<string, unknown>>;

export interface TypeFault {
  /** As Iterable names it: `<event>:::<field>` for a field of an event. */
  readonly name: string;
  readonly incomingTypes: readonly string[];
  readonly expectedType: string;
  readonly value: unknown;
}

export interface FieldTypes {
  readonly all: ReadonlyMap<string, string>;
  /** Faults of these values; nothing is kept. */
  readonly check: (values: Values, prefix?: string) => readonly TypeFault[];
  /** Keeps the types of first values; answers the names that were new. */
  readonly learn: (values: Values, prefix?: string) => readonly string[];
  readonly set: (name: string, type: string) => void;
}

const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:\d\d))?)?$/;

/** The type that a value makes of a new field; null: none. */
export const typeOfValue = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'double';
  if (typeof value === 'string') return DATE.test(value) ? 'date' : 'string';
  return Array.isArray(value) ? 'array' : 'object';
};

/** What may be put into a field of a type beside its own: whole numbers where fractions are kept, any text as text. */
const takes = (expected: string, incoming: string): boolean =>
  expected === incoming ||
  (expected === 'double' && incoming === 'long') ||
  (expected === 'string' && incoming === 'date');

export const makeFieldTypes = (): FieldTypes => {
  const all = new Map<string, string>();
  const typed = (values: Values, prefix: string) =>
    Object.entries(values).flatMap(([field, value]) => {
      const incoming = typeOfValue(value);
      return incoming === null ? [] : [{ name: `${prefix}${field}`, incoming, value }];
    });
  return {
    all,
    check: (values, prefix = '') =>
      typed(values, prefix).flatMap(({ name, incoming, value }) => {
        const expectedType = all.get(name);
        if (expectedType === undefined || takes(expectedType, incoming)) return [];
        return [{ name, incomingTypes: [incoming], expectedType, value }];
      }),
    learn: (values, prefix = '') => {
      const fresh = typed(values, prefix).filter(({ name }) => !all.has(name));
      for (const { name, incoming } of fresh) all.set(name, incoming);
      return fresh.map(({ name }) => name);
    },
    set: (name, type) => void all.set(name, type),
  };
};
