import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { findMemberships } from '../../src/audience-kit/membership.ts';
import { instant } from '../../src/domain/instant.ts';
import type { UserTraits } from '../../src/generated/tracking-plan.ts';
import { readPlan } from '../../tools/plan/read-plan.ts';
import { HEALTHY, subjectOf } from './audience-subjects.ts';

const keysOf = (some: Partial<UserTraits>): readonly string[] =>
  findMemberships(AUDIENCES, subjectOf({ ...HEALTHY, ...some }), instant(0)).members;

describe('the audiences that come with Recoup', () => {
  it.each<[Partial<UserTraits>, readonly string[]]>([
    [{ dunning_stage: 'card_expiring' }, ['pre_dunning']],
    [{ dunning_stage: 'first_failure', high_value_plan: true }, ['dunning_first_failure_high_value']],
    [{ dunning_stage: 'first_failure', high_value_plan: false }, ['dunning_first_failure_standard']],
    [{ dunning_stage: 'retrying' }, ['dunning_retrying']],
    [{ dunning_stage: 'persistent', high_value_plan: true }, ['dunning_persistent_failure']],
    [{ dunning_stage: 'exhausted' }, ['dunning_exhausted']],
    [{ dunning_stage: 'recovered' }, ['dunning_recovered']],
    [{ dunning_stage: 'lost' }, []],
    [{ dunning_stage: 'healthy' }, []],
    [{ dunning_stage: 'retrying', dunning_suppressed: true }, ['suppressed']],
  ])('%j is in %j', (traits, keys) => {
    expect(keysOf(traits)).toEqual(keys);
  });

  it('exclude each other, whatever the stage', () => {
    const stages = readPlan().userTraits.fields.find(({ name }) => name === 'dunning_stage')?.enum ?? [];
    const anybody = fc.record({
      dunning_stage: fc.constantFrom(...(stages as readonly UserTraits['dunning_stage'][])),
      high_value_plan: fc.boolean(),
      dunning_suppressed: fc.boolean(),
    });
    expect(stages).toHaveLength(8);
    fc.assert(fc.property(anybody, (traits) => keysOf(traits).length <= 1));
  });

  it('drive messages, but for the one that says who may not get any', () => {
    expect(AUDIENCES.all.filter(({ messaging }) => !messaging).map(({ key }) => key)).toEqual(['suppressed']);
  });

  it('are a file each, named by the key, of 20 lines at most', () => {
    const files = globSync('audiences/*.ts').filter((path) => !/\/(index|list)\.ts$/.test(path));
    const names = files.map((path) => path.replace(/^audiences\/|\.ts$/g, '').replaceAll('-', '_'));
    expect(names.toSorted()).toEqual(AUDIENCES.all.map(({ key }) => key).toSorted());
    for (const file of files) expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});
