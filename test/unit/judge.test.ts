import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type JudgedTool, makeJudge } from '../../src/simulate/judge/judge.ts';
import { makeTruth } from '../../src/simulate/judge/truth.ts';

const AT = Date.UTC(2026, 0, 10);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const webhook = (type: string, object: object, at = AT): string =>
  JSON.stringify({ type, created: at / 1_000, data: { object: { customer: 'cus_1', ...object } } });

const FAILED = webhook('invoice.payment_failed', { id: 'in_1' });
const PAID = webhook('invoice.paid', { id: 'in_1' });

const BRAZE: JudgedTool = {
  tool: 'braze',
  isInDunning: () => true,
  wellSince: () => AT,
  lastTroubleOf: () => 0,
  lastWellOf: () => 0,
};

const openCourt = (asksGuard: boolean, tool = BRAZE, lateMs = 0) => {
  const truth = makeTruth(new Map([['cus_1', 'ada']]));
  const judge = makeJudge(truth, [tool], { asksGuard, lateMs });
  return {
    judge,
    truth,
    see: (body: string, at: number) => {
      const change = truth.see(body, at);
      if (change !== null) judge.onChange(change);
    },
    send: (at: number) => judge.onMessage({ tool: 'braze', userId: 'ada', at, step: 0 }),
  };
};

test('a message to somebody who owes is right, and wrong from the instant at which the door learns of the payment', () => {
  const { judge, see, send } = openCourt(true);
  see(FAILED, AT);
  send(AT + MINUTE);
  see(PAID, AT + 2 * MINUTE);
  send(AT + 2 * MINUTE);
  expect(judge.verdict()).toMatchObject({ rightly: 1, wrong: [{ at: AT + 2 * MINUTE, isExcused: false }] });
});

test('without a guard a message is excused for two minutes, and no longer once the tool answers', () => {
  const { judge, see, send } = openCourt(false);
  see(FAILED, AT);
  see(PAID, AT + HOUR);
  send(AT + HOUR + 2 * MINUTE);
  send(AT + HOUR + 2 * MINUTE + 1);
  expect(judge.verdict().wrong.map(({ isExcused }) => isExcused)).toEqual([true, false]);
});

test('where layers are said to be late a message is excused for so much longer, unless the guard was asked', () => {
  for (const [asksGuard, after, isExcused] of [
    [false, HOUR + 2 * MINUTE, true],
    [false, HOUR + 2 * MINUTE + 1, false],
    [true, 0, false],
  ] as const) {
    const { judge, see, send } = openCourt(asksGuard, BRAZE, HOUR);
    see(FAILED, AT);
    see(PAID, AT + HOUR);
    send(AT + HOUR + after);
    expect(judge.verdict().wrong.map((each) => each.isExcused)).toEqual([isExcused]);
  }
});

test('a tool that does not answer excuses, and one whose call about the person went astray until it is made good', () => {
  for (const [tool, isExcused] of [
    [{ ...BRAZE, wellSince: () => null }, true],
    [{ ...BRAZE, lastTroubleOf: () => AT + HOUR }, true],
    [{ ...BRAZE, lastTroubleOf: () => AT, lastWellOf: () => AT + 1 }, false],
  ] as const) {
    const { judge, see, send } = openCourt(false, tool);
    see(FAILED, AT);
    see(PAID, AT + MINUTE);
    send(AT + 5 * HOUR);
    expect(judge.verdict().wrong.map((each) => each.isExcused)).toEqual([isExcused]);
  }
});

test('who is in dunning and is not written to within two hours was missed, unless the tool was out', () => {
  const { judge, see } = openCourt(true);
  see(FAILED, AT);
  judge.pass(AT + 2 * HOUR);
  expect(judge.verdict().missed).toEqual([{ tool: 'braze', userId: 'ada', at: AT }]);
  const out = openCourt(true, { ...BRAZE, wellSince: () => null });
  out.see(FAILED, AT);
  out.judge.pass(AT + 2 * HOUR);
  expect(out.judge.verdict().missed).toEqual([]);
});

test('a payment that reaches the door before the failure counts, and so do a cancellation and a dispute that names no customer', () => {
  const truth = makeTruth(new Map([['cus_1', 'ada']]));
  truth.see(PAID, AT);
  truth.see(FAILED, AT + 1);
  expect(truth.of('ada').owes).toBe(false);
  truth.see(webhook('payment_intent.succeeded', { id: 'pi_0' }), AT + 2);
  truth.see(webhook('invoice.payment_failed', { id: 'in_2' }), AT + 3);
  expect(truth.of('ada').inDunning).toBe(true);
  truth.see(webhook('charge.dispute.created', { id: 'dp_1', customer: null, payment_intent: 'pi_0' }), AT + 4);
  expect(truth.of('ada')).toMatchObject({ owes: true, inDunning: false, since: AT + 4 });
});

test('who is held is not to be written to until the hold lapses, and who was marked as recovered owes nothing', () => {
  const { judge, truth, see, send } = openCourt(true);
  see(FAILED, AT);
  truth.hold('ada', AT + MINUTE, AT + HOUR);
  send(AT + 2 * MINUTE);
  expect(truth.nextAt()).toBe(AT + HOUR);
  expect(truth.lapse(AT + HOUR)).toMatchObject([{ userId: 'ada', standing: { inDunning: true } }]);
  send(AT + HOUR);
  expect(judge.verdict()).toMatchObject({ rightly: 1, wrong: [{ at: AT + 2 * MINUTE, suppressedAt: AT + MINUTE }] });
  truth.markRecovered('ada', AT + 2 * HOUR);
  see(FAILED, AT + 3 * HOUR);
  expect(truth.of('ada')).toMatchObject({ owes: false, inDunning: false, since: AT + 2 * HOUR });
});

test('the judge shares no code with what it judges', () => {
  const folder = 'src/simulate/judge';
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const imports = sources.flatMap(
    (name) => readFileSync(`${folder}/${name}`, 'utf8').match(/(?<= from ')[^']+/g) ?? [],
  );
  expect(sources.length).toBeGreaterThan(2);
  expect(imports.filter((path) => /pipeline|ledger|providers|traits|store|audience|destination/.test(path))).toEqual(
    [],
  );
});
