import type { Attributes } from '../../../destination-kit/record.ts';
import { instant } from '../../../domain/instant.ts';
import type { SegmentCall } from '../../ports.ts';
import type { NewToolEdge } from '../tool-ports.ts';
import { changeOf, type Subjects } from './subject.ts';

/** An event as it is told to Segment, under the same id. */
const toNews = ({ event = '', messageId, timestamp, properties }: SegmentCall): NewToolEdge => ({
  role: 'news',
  episodeId: typeof properties?.dunning_episode_id === 'string' ? properties.dunning_episode_id : '',
  event: {
    id: messageId,
    name: event,
    at: instant(Date.parse(timestamp)),
    properties: (properties ?? {}) as Attributes,
  },
});

/** Every event of each account, as it is said to Segment. */
export const stream: Subjects = ({ said }, active) => ({
  changes: said
    .filter(({ calls }) => calls.length > 0)
    .map(({ account, calls }) => ({
      ...changeOf(active, account, account.customer.customer),
      desired: {},
      edges: calls.map(toNews),
      urgent: false,
    })),
  told: {},
});
