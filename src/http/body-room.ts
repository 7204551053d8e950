/** Far more than come in at once from any provider; each costs a socket and what it has sent so far. */
const MAX_BODIES = 4_096;
/** Of memory, for all bodies that are not complete yet. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface BodyPlace {
  readonly grow: (bytes: number) => void;
  readonly leave: () => void;
}

/** Room for the bodies that are being read. */
export interface BodyRoom {
  /** @param giveUp called at most once, when the body has to make room for others; its place is gone by then. */
  readonly enter: (giveUp: () => void) => BodyPlace;
}

interface Reader {
  bytes: number;
  readonly giveUp: () => void;
}

/**
 * Bounds how many bodies are read at once and how much of them is held. When it is full, the one that has been sending
 * longest makes room: a webhook is here within milliseconds, so that clients which trickle their bodies only displace
 * each other and never shut the door.
 */
export const makeBodyRoom = ({ maxBodies = MAX_BODIES, maxBytes = MAX_BYTES } = {}): BodyRoom => {
  // A set keeps the order in which they came.
  const readers = new Set<Reader>();
  let total = 0;

  const leave = (reader: Reader): void => {
    if (readers.delete(reader)) total -= reader.bytes;
  };

  const dismissLongest = (): void => {
    const [longest] = readers;
    if (longest === undefined) return;
    leave(longest);
    longest.giveUp();
  };

  return {
    enter: (giveUp) => {
      if (readers.size >= maxBodies) dismissLongest();
      const reader: Reader = { bytes: 0, giveUp };
      readers.add(reader);
      return {
        grow: (bytes) => {
          if (!readers.has(reader)) return;
          reader.bytes += bytes;
          total += bytes;
          while (total > maxBytes) dismissLongest();
        },
        leave: () => leave(reader),
      };
    },
  };
};
