/**
 * `problem`: something does not work, or somebody is told what is wrong. `warning`: it works, and should be looked at.
 * `unknown`: could not be checked. `ok`: looked at, and well.
 */
export type Severity = 'ok' | 'warning' | 'problem' | 'unknown';

/** One thing that a check found. No secret, no email address. */
export interface Finding {
  /** Name of the check, as in docs/doctor.md. */
  readonly check: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly what: string;
  /** What to do, in a sentence or two; null where nothing is to be done. */
  readonly mend: string | null;
  /** Lines to read or to copy, as they are. */
  readonly detail: readonly string[];
}

/** A finding before its check's name is added. */
export type Found = Omit<Finding, 'check'>;

type Lines = readonly string[];

/** Looked at, and well. */
export const ok = (what: string, detail: Lines = []): Found => ({ severity: 'ok', what, mend: null, detail });
/** It works, and should be looked at. */
export const warning = (what: string, mend: string, detail: Lines = []): Found => ({
  severity: 'warning',
  what,
  mend,
  detail,
});
/** Something does not work. */
export const problem = (what: string, mend: string, detail: Lines = []): Found => ({
  severity: 'problem',
  what,
  mend,
  detail,
});
/** Could not be checked. */
export const unknown = (what: string, mend: string | null, detail: Lines = []): Found => ({
  severity: 'unknown',
  what,
  mend,
  detail,
});
