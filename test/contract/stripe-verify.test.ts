import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instant, plus } from '../../src/domain/instant.ts';
import { signatureBytes, signStripe } from '../../src/providers/stripe/sign.ts';
import { verifyStripe } from '../../src/providers/stripe/verify.ts';

const compared = { count: 0 };
const { timingSafeEqual } = crypto;
beforeAll(() => {
  crypto.timingSafeEqual = (left, right) => {
    compared.count += 1;
    return timingSafeEqual(left, right);
  };
  syncBuiltinESMExports();
});
afterAll(() => {
  crypto.timingSafeEqual = timingSafeEqual;
  syncBuiltinESMExports();
});

const SECRET = 'whsec_current';
const NOW = instant(1_790_000_000_000);
const SECONDS = NOW / 1_000;
const BODY = Buffer.from('{"id":"evt_1","object":"event","note":"grüße"}', 'utf8');

const v1 = (timestamp: string | number, secret = SECRET) =>
  signatureBytes(String(timestamp), BODY, secret).toString('hex');

const check = (header: string | readonly string[] | undefined, secrets: readonly string[] = [SECRET], rawBody = BODY) =>
  verifyStripe({ rawBody, headers: { 'stripe-signature': header }, secrets, now: NOW });

const good = signStripe(BODY, SECRET, NOW);

describe('a signature is accepted', () => {
  test.each([
    ['as our own signer writes it', good],
    ['with a signature of a rolled secret before it', `t=${SECONDS},v1=${v1(SECONDS, 'whsec_old')},v1=${v1(SECONDS)}`],
    ['beside v0 and unknown schemes', `t=${SECONDS},v0=anything,v1=${v1(SECONDS)},v9=else`],
    ['exactly 300 s old', signStripe(BODY, SECRET, plus(NOW, -300_000))],
    ['exactly 300 s ahead', signStripe(BODY, SECRET, plus(NOW, 300_000))],
  ])('%s', (_name, header) => {
    expect(check(header)).toEqual({ ok: true });
  });

  test('whichever of the active secrets it was made with', () => {
    expect(check(good, ['whsec_next', SECRET])).toEqual({ ok: true });
    expect(check(good, [SECRET, 'whsec_next'])).toEqual({ ok: true });
  });

  test("as Stripe's SDK makes it", () => {
    const header = Stripe.webhooks.generateTestHeaderString({
      payload: BODY.toString('utf8'),
      secret: SECRET,
      timestamp: SECONDS,
    });
    expect(check(header)).toEqual({ ok: true });
  });

  test("and Stripe's SDK accepts what our signer makes", () => {
    const verify = () => Stripe.webhooks.signature?.verifyHeader(BODY, good, SECRET, 300, undefined, SECONDS * 1_000);
    expect(verify()).toBe(true);
  });

  test('with a fresh timestamp although the event is three days old, as Stripe re-signs retries', () => {
    const old = Buffer.from(`{"created":${SECONDS - 3 * 86_400}}`);
    expect(check(signStripe(old, SECRET, NOW), [SECRET], old)).toEqual({ ok: true });
  });
});

describe('a signature is refused, with a reason and without an exception,', () => {
  const at = (timestamp: string) => `t=${timestamp},v1=${v1(timestamp)}`;
  test.each<[string, string | readonly string[] | undefined]>([
    ['without a header', undefined],
    ['with an empty header', ''],
    ['with the header twice', [good, good]],
    ['with a header in an array of one', [good]],
    ['301 s old', signStripe(BODY, SECRET, plus(NOW, -301_000))],
    ['301 s ahead', signStripe(BODY, SECRET, plus(NOW, 301_000))],
    ['a day ahead', signStripe(BODY, SECRET, plus(NOW, 86_400_000))],
    ['before 1970', at('-1000000000')],
    ['with t=NaN, correctly signed', at('NaN')],
    ['with t=abc, correctly signed', at('abc')],
    ['with t=1e400, correctly signed', at('1e400')],
    ['with t=Infinity, correctly signed', at('Infinity')],
    ['with an empty t, correctly signed', at('')],
    ['with t in hexadecimal, correctly signed', at(`0x${SECONDS.toString(16)}`)],
    ['with a space before t, correctly signed', at(` ${SECONDS}`)],
    ['with milliseconds for t, correctly signed', at(`${NOW}`)],
    ['without t', `v1=${v1(SECONDS)}`],
    ['with two t', `t=${SECONDS},${good}`],
    ['without v1', `t=${SECONDS}`],
    ['with v0 only', `t=${SECONDS},v0=${v1(SECONDS)}`],
    ['with an empty v1', `t=${SECONDS},v1=`],
    ['with an empty v1 beside a good one', `${good},v1=`],
    ['with a v1 that is not hex', `t=${SECONDS},v1=${'z'.repeat(64)}`],
    ['with a v1 of 64 characters and 65 bytes', `t=${SECONDS},v1=${'a'.repeat(63)}é`],
    ['with upper-case hex', `t=${SECONDS},v1=${v1(SECONDS).toUpperCase()}`],
    ['with a v1 cut short', good.slice(0, -2)],
    ['with an item that has no value', `${good},junk`],
    ['of another secret', signStripe(BODY, 'whsec_other', NOW)],
  ])('%s', (_name, header) => {
    expect(check(header)).toEqual({ ok: false, reason: expect.stringMatching(/\S/) });
  });

  test.each([[[]], [['']], [['   ']], [['', '\t\n']]])('where no secret is set: %j', (secrets) => {
    const blank = secrets[0] ?? '';
    expect(check(signStripe(BODY, blank, NOW), secrets).ok).toBe(false);
  });

  test('for JSON that means the same in other bytes', () => {
    const same = Buffer.from(JSON.stringify(JSON.parse(BODY.toString('utf8')), null, 1));
    expect(check(good, [SECRET], same).ok).toBe(false);
  });

  test('when any bit of the body is flipped', () => {
    const flips = fc.tuple(fc.nat(BODY.length - 1), fc.nat(7));
    fc.assert(
      fc.property(flips, ([index, bit]) => {
        const flipped = Buffer.from(BODY);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        expect(check(good, [SECRET], flipped).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('when any bit of the header is flipped', () => {
    for (let index = 0; index < good.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bytes = Buffer.from(good, 'latin1');
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        expect({ index, bit, ok: check(bytes.toString('latin1')).ok }).toEqual({ index, bit, ok: false });
      }
    }
  });

  test('whatever characters the header holds', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((junk) => `t=${SECONDS},v1=${junk}`),
    );
    fc.assert(
      fc.property(anything, (header) => {
        expect(check(header).ok).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('a refusal names neither the signature nor the secret', () => {
  const answer = check(signStripe(BODY, 'whsec_other', NOW));
  expect(JSON.stringify(answer)).not.toMatch(/whsec|[0-9a-f]{16}/);
});

test('every secret is compared with every signature in constant time, also after a match', () => {
  compared.count = 0;
  check(`${good},v1=${v1(SECONDS, 'whsec_old')},v1=${v1(SECONDS, 'whsec_older')}`, [SECRET, 'whsec_next']);
  expect(compared.count).toBe(6);
});
