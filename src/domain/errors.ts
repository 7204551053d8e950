interface ErrorDefinition {
  /** What happened, to which thing, what to do. `{name}` is filled from the details. */
  readonly message: string;
  /** Can the same call succeed later without anybody's help. */
  readonly retry: boolean;
}

/** Every error that a person can meet, by code. `docs/errors.md` is generated from it. */
export const ERRORS = {
  namespace_mismatch: {
    message:
      'The store was made with NAMESPACE={stored} and is opened with NAMESPACE={given}. Set NAMESPACE={stored}, or point DATABASE_URL at a new store.',
    retry: false,
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure with a code of the registry. The message is safe to print: no secrets, no personal data. */
export class RecoupError extends Error {
  readonly code: ErrorCode;

  /** @param details values for the `{name}` places of the message; ids only. */
  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}) {
    super(ERRORS[code].message.replace(/\{(\w+)\}/g, (place, name: string) => String(details[name] ?? place)));
    this.name = 'RecoupError';
    this.code = code;
  }
}
