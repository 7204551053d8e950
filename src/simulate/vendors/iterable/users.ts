type Held = Readonly<Record<string, unknown>>;

export interface IterableUser {
  readonly userId: string;
  /** What was not cleared. */
  readonly dataFields: Held;
}

/** One event as Iterable keeps it: a second one under the same id takes its place. */
export interface IterableEvent {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** When it happened, UTC milliseconds. */
  readonly time: number;
  readonly dataFields: Held;
  /** When it was applied last. */
  readonly at: number;
}

export interface IterableWrite {
  readonly userId: string;
  readonly dataFields: Held;
  readonly at: number;
}

export interface IterableWatcher {
  /** Added or replaced: journeys start on both. */
  readonly onEvent?: (event: IterableEvent) => void;
  readonly onWrite?: (write: IterableWrite) => void;
}

export interface IterableUsers {
  readonly all: ReadonlyMap<string, IterableUser>;
  /** In the order of their first coming. */
  readonly events: ReadonlyMap<string, IterableEvent>;
  readonly writes: readonly IterableWrite[];
  readonly forgotten: ReadonlySet<string>;
  readonly write: (write: IterableWrite, mergesNested?: boolean) => void;
  readonly record: (event: Omit<IterableEvent, 'id'> & { readonly id: string | null }) => void;
  /** Deletes a person with all that is held of them; answers whether there was one. */
  readonly remove: (userId: string) => boolean;
  /** The same, and takes nothing of them ever after. */
  readonly forget: (userId: string) => void;
  readonly watch: (watcher: IterableWatcher) => void;
}

/** `nullClears` false: a null leaves the value as it is; Iterable does not document which it does. */
export const makeIterableUsers = (nullClears: boolean): IterableUsers => {
  const all = new Map<string, IterableUser>();
  const events = new Map<string, IterableEvent>();
  const writes: IterableWrite[] = [];
  const forgotten = new Set<string>();
  const watchers: IterableWatcher[] = [];
  let made = 0;

  const remove = (userId: string): boolean => {
    for (const [id, event] of events) if (event.userId === userId) events.delete(id);
    const kept = writes.filter((write) => write.userId !== userId);
    writes.splice(0, writes.length, ...kept);
    return all.delete(userId);
  };

  return {
    all,
    events,
    writes,
    forgotten,
    write: (written, mergesNested = false) => {
      const { userId, dataFields } = written;
      const held: Record<string, unknown> = { ...all.get(userId)?.dataFields };
      for (const [name, value] of Object.entries(dataFields)) {
        if (value !== null) held[name] = mergesNested ? merged(held[name], value) : value;
        else if (nullClears) delete held[name];
      }
      all.set(userId, { userId, dataFields: held });
      writes.push(written);
      for (const { onWrite } of watchers) onWrite?.(written);
    },
    record: ({ id, ...event }) => {
      made += 1;
      const kept = { ...event, id: id ?? `made-${made}` };
      if (!all.has(event.userId)) all.set(event.userId, { userId: event.userId, dataFields: {} });
      events.set(kept.id, kept);
      for (const { onEvent } of watchers) onEvent?.(kept);
    },
    remove,
    forget: (userId) => {
      remove(userId);
      forgotten.add(userId);
    },
    watch: (watcher) => void watchers.push(watcher),
  };
};

const isPlain = (value: unknown): value is Held => typeof value === 'object' && value !== null && !Array.isArray(value);
const merged = (held: unknown, value: unknown): unknown =>
  isPlain(held) && isPlain(value) ? { ...held, ...value } : value;
