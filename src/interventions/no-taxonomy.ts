import type { DeclineTaxonomy } from '../domain/decline.ts';

/** Of sources that tell of no charge: nothing of theirs is ever asked to be classified. */
export const NO_TAXONOMY: DeclineTaxonomy = {
  version: 'none',
  classify: () => {
    throw new Error('An intervention has no declines.');
  },
};
