/** Messages that a project has scheduled for single users, and their cancelling. */
interface ScheduledMessage {
  /** As in the path that cancels it: `email`, `sms`, `push`, `inApp`, `webPush` or `whatsApp`. */
  readonly channel: string;
  readonly campaignId: number;
  readonly userId: string;
}

export interface ScheduledMessages {
  /** Ids of the campaigns that the project has. */
  readonly campaigns: Set<number>;
  /** Scheduled and neither sent nor canceled. */
  readonly waiting: () => readonly ScheduledMessage[];
  readonly schedule: (message: ScheduledMessage) => void;
  /** Answers how many there were. */
  readonly cancel: (message: ScheduledMessage) => number;
}

const CANCEL_PATH = /^\/api\/(email|sms|push|inApp|webPush|whatsApp)\/cancel$/;

/** The channel whose messages a path cancels; null: it is another path. */
export const canceledChannel = (path: string): string | null => CANCEL_PATH.exec(path)?.[1] ?? null;

export const makeScheduled = (): ScheduledMessages => {
  const all: ScheduledMessage[] = [];
  const isSame = (a: ScheduledMessage, b: ScheduledMessage): boolean =>
    a.channel === b.channel && a.campaignId === b.campaignId && a.userId === b.userId;
  return {
    campaigns: new Set(),
    waiting: () => [...all],
    schedule: (message) => void all.push(message),
    cancel: (message) => {
      const kept = all.filter((each) => !isSame(each, message));
      const canceled = all.length - kept.length;
      all.splice(0, all.length, ...kept);
      return canceled;
    },
  };
};

/** What a body of the request names; null: it is no such body. */
export const toCancel = (channel: string, body: unknown): ScheduledMessage | null => {
  if (typeof body !== 'object' || body === null) return null;
  const { campaignId, userId } = body as { readonly campaignId?: unknown; readonly userId?: unknown };
  return typeof campaignId === 'number' && typeof userId === 'string' ? { channel, campaignId, userId } : null;
};

const MADE = Date.UTC(2026, 0, 1) / 1_000;

/** A page of the project's campaigns, by `page` from 1 on and `pageSize`. */
export const listCampaigns = (campaigns: ReadonlySet<number>, path: string) => {
  const query = new URL(path, 'http://stand-in').searchParams;
  const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('pageSize') ?? 20)];
  const shown = [...campaigns].slice((number - 1) * size, number * size).map((id) => ({
    id,
    name: `Campaign ${id}`,
    campaignState: 'Running',
    messageMedium: 'Email',
    type: 'Triggered',
    createdAt: MADE,
    updatedAt: MADE,
    createdByUserId: 'somebody@example.com',
  }));
  const hasMore = campaigns.size > number * size;
  return {
    campaigns: shown,
    ...(hasMore ? { nextPageUrl: `/api/campaigns?page=${number + 1}&pageSize=${size}` } : {}),
  };
};
