/** What Braze says of one request to `/users/track`, from its documentation: what it takes, object by object, and what it refuses. */

const MAX_OBJECTS = 75;
const MAX_BODY_BYTES = 4_000_000;
const MAX_EXTERNAL_ID_BYTES = 988;
const MAX_STRING_CHARS = 255;
const MAX_PROPERTIES_BYTES = 50_000;
const ARRAYS = ['attributes', 'events', 'purchases'] as const;
const IDENTIFIERS = ['external_id', 'user_alias', 'braze_id', 'email', 'phone'] as const;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export type BrazeArray = (typeof ARRAYS)[number];
export type BrazeObject = Readonly<Record<string, unknown>>;

export interface ObjectError {
  readonly type: string;
  readonly input_array: BrazeArray;
  readonly index: number;
}

export interface TrackRequest {
  readonly objects: number;
  /** External ids in order of first mention. */
  readonly users: readonly string[];
  readonly attributes: readonly BrazeObject[];
  readonly events: readonly BrazeObject[];
  readonly purchases: readonly BrazeObject[];
}

export type TrackVerdict =
  | { readonly taken: true; readonly request: TrackRequest; readonly errors: readonly ObjectError[] }
  | {
      readonly taken: false;
      readonly status: 400 | 413;
      readonly message: string;
      readonly errors: readonly ObjectError[];
      readonly request: TrackRequest | null;
    };

/** `bad`: says why an object is refused beyond what is wrong with it; for faults. `maxObjects`: the contract's limit. */
export const judgeTrack = (
  body: Buffer,
  bad: (object: BrazeObject) => string | null = () => null,
  maxObjects = MAX_OBJECTS,
): TrackVerdict => {
  const refuse = (status: 400 | 413, message: string, request: TrackRequest | null = null): TrackVerdict => ({
    taken: false,
    status,
    message,
    errors: [],
    request,
  });
  if (body.length > MAX_BODY_BYTES) return refuse(413, 'Request Entity Too Large');
  const request = parseTrack(body);
  if (request === null) return refuse(400, 'Invalid JSON');
  if (request.objects > maxObjects) return refuse(400, 'Max Input Length Exceeded', request);
  const errors = ARRAYS.flatMap((array) =>
    request[array].flatMap((object, index) => {
      const type = bad(object) ?? identifierError(object) ?? OBJECT_ERROR[array](object);
      return type === null ? [] : [{ type, input_array: array, index }];
    }),
  );
  if (errors.length === request.objects) {
    const message = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.";
    return { ...refuse(400, message, request), errors };
  }
  return { taken: true, request: without(request, errors), errors };
};

/** An ISO 8601 instant or day as Braze reads it, in UTC milliseconds; null where it reads a mere string: years below 0 or over 3000 too. */
export const toTime = (value: unknown): number | null => {
  if (typeof value !== 'string' || !ISO_8601.test(value)) return null;
  const isZoned = /(Z|[+-]\d{2}:?\d{2})$/.test(value.slice(10));
  const at = Date.parse(value.length > 10 && !isZoned ? `${value}Z` : value);
  return Number.isNaN(at) || new Date(at).getUTCFullYear() > 3000 ? null : at;
};

const parseTrack = (body: Buffer): TrackRequest | null => {
  try {
    const parsed: Partial<Record<BrazeArray, BrazeObject[]>> = JSON.parse(body.toString('utf8'));
    const arrays = ARRAYS.map((name) => parsed[name] ?? []);
    if (!arrays.every((array) => Array.isArray(array) && array.every(isObject))) return null;
    const [attributes = [], events = [], purchases = []] = arrays;
    const all = arrays.flat();
    const users = [...new Set(all.map(({ external_id }) => String(external_id)))];
    return { objects: all.length, users, attributes, events, purchases };
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is BrazeObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const identifierError = (object: BrazeObject): string | null => {
  const named = IDENTIFIERS.filter(
    (name) => object[name] !== undefined && object[name] !== null && object[name] !== '',
  );
  if (named.length !== 1) return "'external_id' or 'braze_id' or 'user_alias' or 'email' or 'phone' is required";
  const id = object.external_id;
  if (id !== undefined && typeof id !== 'string') return "'external_id' must be a string";
  if (typeof id === 'string' && Buffer.byteLength(id) >= MAX_EXTERNAL_ID_BYTES) {
    return "'external_id' must be fewer than 988 bytes";
  }
  return null;
};

const eventError = (event: BrazeObject): string | null => {
  if (typeof event.name !== 'string' || event.name === '') return "'name' is required";
  if (event.name.length > MAX_STRING_CHARS) return "'name' must be at most 255 characters";
  if (toTime(event.time) === null) return "'time' is required, in ISO 8601";
  if (event.properties === undefined) return null;
  if (!isObject(event.properties)) return "'properties' must be an object";
  if (Buffer.byteLength(JSON.stringify(event.properties)) > MAX_PROPERTIES_BYTES) return "'properties' exceed 50 KB";
  const isTooLong = (value: unknown) => typeof value === 'string' && value.length > MAX_STRING_CHARS;
  return Object.values(event.properties).some(isTooLong) ? 'a property string exceeds 255 characters' : null;
};

const purchaseError = (purchase: BrazeObject): string | null => {
  if (typeof purchase.product_id !== 'string' || purchase.product_id === '') return "'product_id' is required";
  if (typeof purchase.price !== 'number') return "'price' is required";
  return toTime(purchase.time) === null ? "'time' is required, in ISO 8601" : null;
};

const OBJECT_ERROR: Readonly<Record<BrazeArray, (object: BrazeObject) => string | null>> = {
  attributes: () => null,
  events: eventError,
  purchases: purchaseError,
};

const without = (request: TrackRequest, errors: readonly ObjectError[]): TrackRequest => {
  const good = (array: BrazeArray): readonly BrazeObject[] =>
    request[array].filter((_, at) => !errors.some(({ input_array, index }) => input_array === array && index === at));
  return { ...request, attributes: good('attributes'), events: good('events'), purchases: good('purchases') };
};
