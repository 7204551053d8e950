import { expect, it } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { openTools } from '../../src/main-tools.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { toolRecord } from './tool-records.ts';

/** policy.yaml shapes what a recorder keeps as it would shape what leaves. */

const braze = { batchObjects: 40, updateExistingOnly: true };

it('a recorder keeps the requests that the policy would have Braze get, and in calls of that size', async () => {
  const bodies: string[] = [];
  const [tool] = await openTools({
    clock: { now: () => instant(0) },
    credentials: { braze: { apiKey: 'k', endpoint: 'https://rest.braze.invalid' } },
    policy: { ...DEFAULT_POLICY, braze },
    onRequest: (_tool, { body }) => bodies.push(body),
  });
  await tool?.recorder.send([toolRecord('user_1')]);
  const { attributes } = JSON.parse(bodies[0] ?? '{}');
  expect(attributes).toMatchObject([{ external_id: 'user_1', _update_existing_only: true }]);
  expect([tool?.recorder.limits.objects, tool?.live?.limits.objects]).toEqual([40, 40]);
});
