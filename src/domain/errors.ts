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
  store_url: {
    message:
      'DATABASE_URL is not understood. Expected sqlite:<path> or sqlite::memory:, e.g. DATABASE_URL=sqlite:data/recoup.db.',
    retry: false,
  },
  store_postgres_missing: {
    message:
      'DATABASE_URL names Postgres, whose adapter does not exist yet. Use SQLite, e.g. DATABASE_URL=sqlite:data/recoup.db.',
    retry: false,
  },
  store_locked: {
    message:
      'Another relay runs on the store {path}: pid {pid} on {host}, since {since}. Stop it first, or point DATABASE_URL at another file. Two relays on one file would send twice.',
    retry: false,
  },
  store_absent: {
    message:
      'There is no store at {path}. Start the relay once (npm start), or point DATABASE_URL at the store that it uses.',
    retry: false,
  },
  store_unopenable: {
    message:
      'The store {path} cannot be opened: {reason}. Check that the path exists and that this user may write to it.',
    retry: false,
  },
  store_foreign: {
    message:
      'The file {path} is not a Recoup store, or it is damaged; nothing was changed. Point DATABASE_URL at a new file, or restore a backup.',
    retry: false,
  },
  store_too_new: {
    message:
      'The store {path} has schema version {applied}; this release knows up to {latest}. Run the release that wrote it, or a later one.',
    retry: false,
  },
  decision_failed: {
    message:
      'Profile {profile} could not be decided: {problem}. Its tools keep their last state; it is tried again by itself. When it persists, `recoup dead-letters list` has the case for a report.',
    retry: true,
  },
  plan_violation: {
    message:
      'The call {call} breaks the tracking plan: {problems}. It was not sent. Mend the plan or the code, then `recoup dead-letters replay`.',
    retry: false,
  },
  delivery_not_understood: {
    message: 'The webhook {subject} could not be understood: {reason}. It is kept; replay it once its cause is mended.',
    retry: false,
  },
  tool_rejected: {
    message:
      '{tool} refused what it was to hold of user {user}: {reason}. It is kept; replay it once its cause is mended.',
    retry: false,
  },
  call_rejected: {
    message: 'Segment refused the call {subject}: {reason}. It is kept; replay it once its cause is mended.',
    retry: false,
  },
  stripe_key_mode: {
    message:
      'STRIPE_API_KEY names neither live nor test mode. Use a secret or restricted key of the one account that is to be read: sk_live_…, rk_live_…, sk_test_… or rk_test_….',
    retry: false,
  },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * The registry's message of `code`.
 * @param details values for the `{name}` places of the message; ids only: it is printed and stored.
 */
export const describeError = (code: ErrorCode, details: Readonly<Record<string, string | number>> = {}): string =>
  ERRORS[code].message.replace(/\{(\w+)\}(\.?)/g, (place, name: string, stop: string) => {
    const value = details[name];
    // A vendor's words may be a sentence of their own.
    return value === undefined ? place : `${stop === '' ? value : String(value).replace(/\.+$/, '')}${stop}`;
  });

/** An expected failure with a code of the registry. The message is safe to print: no secrets, no personal data. */
export class RecoupError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, details: Readonly<Record<string, string | number>> = {}) {
    super(describeError(code, details));
    this.name = 'RecoupError';
    this.code = code;
  }
}
