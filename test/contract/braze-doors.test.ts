import { describe, expect, it } from 'vitest';
import { checkCredentials } from '../../destinations/braze/credentials.ts';
import { readBack } from '../../destinations/braze/read-back.ts';
import { intercept } from '../stand-ins/intercept.ts';
import { startToolServer } from './tool-server.ts';

const nock = intercept();

const ENDPOINT = 'https://rest.au-01.braze.com';
const KEY = 'key-that-nobody-may-see';
const settings = { api_key: KEY, endpoint: ENDPOINT, update_existing_only: false };
const TIMEOUT_MS = 2_000;
const api = () => nock(ENDPOINT, { reqheaders: { authorization: `Bearer ${KEY}` } });

describe('the check of credentials', () => {
  it('passes when Braze lets the key write, and changes nobody', async () => {
    const bodies: unknown[] = [];
    api()
      .post('/users/track', (body) => bodies.push(body) > 0)
      .reply(201, { message: 'success' });
    expect(await checkCredentials(settings, TIMEOUT_MS)).toEqual({ ok: true });
    expect(bodies).toEqual([{ attributes: [{ external_id: expect.any(String), _update_existing_only: true }] }]);
  });

  it('tells what Braze says of the key, without the key', async () => {
    api()
      .post('/users/track')
      .reply(401, { message: `Invalid API key: ${KEY}` });
    expect(await checkCredentials(settings, TIMEOUT_MS)).toEqual({
      ok: false,
      reason: 'status 401: Invalid API key: …',
      unanswered: false,
    });
  });

  it.each([429, 500, 503])('does not take a %i for a word about the key', async (status) => {
    api().post('/users/track').reply(status, { message: 'later' });
    expect(await checkCredentials(settings, TIMEOUT_MS)).toMatchObject({ ok: false, unanswered: true });
  });

  it('ends when nothing answers, and when something else does', async () => {
    const silent = await startToolServer(() => {});
    const check = await checkCredentials({ ...settings, endpoint: silent.endpoint }, 100);
    expect(check).toEqual({ ok: false, reason: 'no answer within 100 ms', unanswered: true });
    await silent.close();
    const gone = await checkCredentials({ ...settings, endpoint: silent.endpoint }, TIMEOUT_MS);
    expect(gone).toEqual({ ok: false, reason: 'cannot connect (ECONNREFUSED)', unanswered: true });
    api().post('/users/track').reply(200, '<html></html>');
    const page = await checkCredentials(settings, TIMEOUT_MS);
    expect(page).toMatchObject({ ok: false });
    expect(JSON.stringify(page)).not.toContain(ENDPOINT);
  });
});

describe('the read-back', () => {
  it('gives what Braze holds, and leaves out whom it does not know', async () => {
    api()
      .post('/users/export/ids', {
        external_ids: ['user_1', 'user_2', 'user_3'],
        fields_to_export: ['external_id', 'custom_attributes', 'canvases_received'],
      })
      .reply(201, {
        message: 'success',
        users: [
          {
            external_id: 'user_1',
            custom_attributes: { in_dunning: true },
            canvases_received: [
              { name: 'Dunning', api_canvas_id: 'c1', last_entered: '2026-03-10T12:00:00.000Z', in_control: false },
            ],
          },
          { external_id: 'user_2' },
        ],
        invalid_user_ids: ['user_3'],
      });
    expect(await readBack(settings, ['user_1', 'user_2', 'user_3'], TIMEOUT_MS)).toEqual([
      {
        userId: 'user_1',
        attributes: { in_dunning: true },
        flows: [{ name: 'Dunning', enteredAt: '2026-03-10T12:00:00.000Z', exitedAt: null }],
      },
      { userId: 'user_2', attributes: {}, flows: [] },
    ]);
  });

  it('asks for 50 people at most in a call', async () => {
    const sizes: number[] = [];
    api()
      .post('/users/export/ids', (body) => sizes.push(body.external_ids.length) > 0)
      .times(3)
      .reply(201, { message: 'success', users: [] });
    const ids = Array.from({ length: 101 }, (_, index) => `user_${index}`);
    expect(await readBack(settings, ids, TIMEOUT_MS)).toEqual([]);
    expect(sizes).toEqual([50, 50, 1]);
  });

  it('fails with words that hold no secret', async () => {
    api()
      .post('/users/export/ids')
      .reply(403, { message: `no permission for ${KEY}` });
    await expect(readBack(settings, ['user_1'], TIMEOUT_MS)).rejects.toThrow('status 403: no permission for …');
    api().post('/users/export/ids').reply(201, { message: 'success' });
    await expect(readBack(settings, ['user_1'], TIMEOUT_MS)).rejects.toThrow('not an export of Braze');
  });
});
