import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { churnBuster } from '../../src/interventions/churn-buster/churn-buster.ts';
import { churnkey } from '../../src/interventions/churnkey/churnkey.ts';
import { signChurnkey } from '../../src/interventions/churnkey/sign.ts';

const NOW = instant(1_790_000_000_000);
const BODY = Buffer.from('{"event":"session","note":"grüße"}', 'utf8');
const SECRET = 'canary-secret-0123456789abcdef';
const basic = (user: string, secret: string) => `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
const signature = (secret = SECRET, body: Buffer = BODY) => signChurnkey(body, secret).toString('hex');

describe("Churnkey's signature", () => {
  const check = (header: string | readonly string[] | undefined, secrets: readonly string[] = [SECRET]) =>
    churnkey.verify({ rawBody: BODY, headers: { 'ck-signature': header }, secrets, now: NOW });

  test('is HMAC-SHA256 of the raw body in hex', () => {
    expect(signChurnkey('{"event":"session"}', 'secret').toString('hex')).toBe(
      '60448bac4c18f411208b08f4d0d3caf772768834a29246a4f045319778953fb4',
    );
  });

  test('is accepted under whichever active secret it was made', () => {
    expect(check(signature(), ['another-secret', SECRET])).toEqual({ ok: true });
    expect(check(signature(), [SECRET, 'another-secret'])).toEqual({ ok: true });
    expect(check(signature().toUpperCase())).toEqual({ ok: true });
  });

  test.each([
    ['absent', undefined, [SECRET]],
    ['sent twice', [signature(), signature()], [SECRET]],
    ['empty', '', [SECRET]],
    ['too short', signature().slice(2), [SECRET]],
    ['no hex', 'z'.repeat(64), [SECRET]],
    ['of another secret', signature('another-secret'), [SECRET]],
    ['of another body', signature(SECRET, Buffer.from('{}')), [SECRET]],
    ['of a blank secret', signature(''), ['', ' ']],
    ['of none that is active', signature(), []],
  ])('is refused when it is %s, without a word of the secret', (_name, header, secrets) => {
    const verification = check(header, secrets);
    expect(verification.ok).toBe(false);
    expect(JSON.stringify(verification)).not.toMatch(/canary|[0-9a-f]{16}/);
  });
});

describe("Churn Buster's shared secret", () => {
  const check = (header: string | readonly string[] | undefined, secrets: readonly string[] = [SECRET]) =>
    churnBuster.verify({ rawBody: BODY, headers: { authorization: header }, secrets, now: NOW });

  test.each([
    ['the password of any user', basic('recoup', SECRET)],
    ['the password of nobody', basic('', SECRET)],
    ['a bearer token', `Bearer ${SECRET}`],
    ['written in another case', basic('recoup', SECRET).replace('Basic', 'basic')],
  ])('is accepted as %s', (_name, header) => {
    expect(check(header)).toEqual({ ok: true });
    expect(check(header, ['another-secret', SECRET])).toEqual({ ok: true });
  });

  test.each([
    ['absent', undefined, [SECRET]],
    ['sent twice', [basic('recoup', SECRET), basic('recoup', SECRET)], [SECRET]],
    ['of another scheme', `Digest ${SECRET}`, [SECRET]],
    ['without a colon', `Basic ${Buffer.from(SECRET).toString('base64')}`, [SECRET]],
    ['the user name', basic(SECRET, 'recoup'), [SECRET]],
    ['a part of it', `Bearer ${SECRET.slice(1)}`, [SECRET]],
    ['empty', basic('recoup', ''), ['', ' ']],
    ['endless', `Bearer ${SECRET.repeat(100)}`, [SECRET]],
    ['of none that is active', `Bearer ${SECRET}`, []],
  ])('is refused when it is %s, without a word of it', (_name, header, secrets) => {
    const verification = check(header, secrets);
    expect(verification.ok).toBe(false);
    expect(JSON.stringify(verification)).not.toContain('canary');
  });
});
