interface ProfileIds {
  readonly userId: string | null;
  readonly anonymousId: string | null;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The ids by which people look a profile up, from `user_id` and `anonymous_id` of its view (JSON text). */
export const parseProfileIds = (view: string): ProfileIds => {
  try {
    const parsed: unknown = JSON.parse(view);
    if (typeof parsed !== 'object' || parsed === null) return { userId: null, anonymousId: null };
    const { user_id, anonymous_id } = parsed as { user_id?: unknown; anonymous_id?: unknown };
    return { userId: text(user_id), anonymousId: text(anonymous_id) };
  } catch {
    return { userId: null, anonymousId: null };
  }
};
