/** By what a person is named in texts. */
export interface Names {
  /** Ids and addresses of the person, found wherever they stand. */
  readonly persons: readonly string[];
  /** Ids of the person's objects at the provider, found as whole words. */
  readonly objects: readonly string[];
}

/** Shorter ids could be part of anything: they count as a whole JSON text only. */
const TELLING_LENGTH = 6;
/** Shorter words are no ids, and more of them than this no payload that a person could be looked for in. */
const WORD = /\w{8,200}/g;
const ADDRESS = /[\w.@+-]{8,200}/g;
const MOST_WORDS = 50_000;

/** The words of a text that are long enough to be an id or an address, each once. */
export const wordsOf = (text: string): readonly string[] =>
  [...new Set([...(text.match(WORD) ?? []), ...(text.match(ADDRESS) ?? [])])].slice(0, MOST_WORDS);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** An id as JSON, a JSON text within JSON and a link write it. */
const spellings = (name: string): readonly string[] => {
  const json = JSON.stringify(name).slice(1, -1);
  const nested = JSON.stringify(json).slice(1, -1);
  return [...new Set([name, json, nested, encodeURIComponent(name)])];
};

const patternOf = (name: string): string => {
  const spelled = `(?:${spellings(name).map(escaped).join('|')})`;
  const isTelling = name.length >= TELLING_LENGTH && /\D/.test(name);
  return isTelling ? `(?<![A-Za-z0-9_])${spelled}(?![A-Za-z0-9_])` : `(?<=")${spelled}(?=\\\\*")`;
};

export interface Finder {
  /** Does the text name the person. */
  readonly isNamed: (text: string) => boolean;
  /** The text without the names. JSON stays JSON: a value that is a name becomes null, in a list it is left out. */
  readonly without: (text: string) => string;
}

const NEVER = /(?!)/g;

/** Finds a person in texts. Pure. */
export const makeFinder = ({ persons, objects }: Names): Finder => {
  const pattern = persons.length === 0 ? NEVER : new RegExp(persons.map(patternOf).join('|'), 'gi');
  const owned = new Set(objects);
  const exact = new Set(persons.map((name) => name.toLowerCase()));
  const isName = (value: unknown): boolean =>
    typeof value === 'string' && (exact.has(value.toLowerCase()) || owned.has(value));
  const strip = (text: string): string =>
    text.replace(pattern, '').replace(WORD, (word) => (owned.has(word) ? '' : word));
  const isNamed = (text: string): boolean => {
    pattern.lastIndex = 0;
    return pattern.test(text) || (owned.size > 0 && (text.match(WORD) ?? []).some((word) => owned.has(word)));
  };

  const scrub = (value: unknown): unknown => {
    if (typeof value === 'string') return isName(value) ? null : strip(value);
    if (Array.isArray(value)) return value.filter((each) => !isName(each)).map(scrub);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([name]) => !isName(name) && !isNamed(name));
    return Object.fromEntries(kept.map(([name, each]) => [name, scrub(each)]));
  };

  return {
    isNamed,
    without: (text) => {
      try {
        return JSON.stringify(scrub(JSON.parse(text)));
      } catch {
        return strip(text);
      }
    },
  };
};
