import { expect, it } from 'vitest';
import { secretsOf } from '../../src/destination-kit/redact.ts';
import type { BenchRig } from './tool-bench.ts';

/** What the tool lets in by, as settings hold it and as its last request carried it. */
export const secretsSeen = async (rig: BenchRig): Promise<readonly string[]> => {
  const { tool, settings, standIn } = rig.bench;
  await rig.sink.send(rig.fresh(1));
  const carried = String(standIn.requests.at(-1)?.headers.authorization ?? '')
    .split(' ')
    .slice(1);
  return [...secretsOf(tool, settings), ...carried];
};

/** Key, secret and token stay here, even where the tool repeats them. */
export const describeSecrets = (rig: BenchRig): void => {
  it.each([400, 401, 403, 404, 409, 429, 500, 503])(
    'are in no answer, though the tool quotes them with %i',
    async (status) => {
      const secrets = await secretsSeen(rig);
      expect(secrets.length, 'there is a secret').toBeGreaterThan(0);
      const words = secrets.map((secret) => `bad call with ${secret}`).join(' and ');
      const body = { message: words, error: words, errors: [{ message: words, errorCode: 'BAD' }], msg: words };
      for (const said of [body, [{ message: words, errorCode: 'BAD' }], words]) {
        const withdraw = rig.bench.standIn.inject({ kind: 'status', status, body: said });
        const answer = JSON.stringify(await rig.sinkOf().send(rig.fresh(2)));
        withdraw();
        expect(secrets.filter((secret) => answer.includes(secret))).toEqual([]);
      }
    },
  );

  it('are needed at the start, not at the first record', () => {
    const { tool, settings } = rig.bench;
    for (const [name, { type, required }] of Object.entries(tool.definition.authentication?.fields ?? {})) {
      if (type !== 'password' || required !== true) continue;
      expect(() => rig.sinkOf({}, { ...settings, [name]: '' })).toThrow(/is missing/);
    }
  });
};
