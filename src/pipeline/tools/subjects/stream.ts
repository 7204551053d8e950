import type { Attributes } from '../../../destination-kit/record.ts';
import { CATEGORY_MEANING, type CategoryMeaning } from '../../../domain/decline.ts';
import { instant } from '../../../domain/instant.ts';
import type { SegmentCall } from '../../ports.ts';
import type { NewToolEdge } from '../tool-ports.ts';
import { changeOf, type Subjects } from './subject.ts';

const MEANINGS: Readonly<Record<string, CategoryMeaning>> = CATEGORY_MEANING;

/** What policy tells Segment of an undisclosable decline goes no further (semantics E8): nobody knows who listens here. */
const withhold = (properties: Attributes): Attributes =>
  MEANINGS[String(properties.failure_category)]?.disclosable === false
    ? { ...properties, failure_code: null, failure_category: 'undisclosed' }
    : properties;

/** An event as it is told to Segment, under the same id. */
const toNews = ({ event = '', messageId, timestamp, properties }: SegmentCall): NewToolEdge => ({
  role: 'news',
  episodeId: typeof properties?.dunning_episode_id === 'string' ? properties.dunning_episode_id : '',
  event: {
    id: messageId,
    name: event,
    at: instant(Date.parse(timestamp)),
    properties: withhold((properties ?? {}) as Attributes),
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
