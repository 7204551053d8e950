import type { Fact } from '../../domain/fact.ts';
import { type Instant, instant } from '../../domain/instant.ts';
import { operator, toOperatorDelivery } from '../../interventions/operator/operator.ts';
import type { OperatorBody } from '../../interventions/operator/operator-body.ts';
import type { Provider } from '../../providers/provider.ts';
import { type AccountView, decide } from '../decide.ts';
import type { NewDelivery, Store } from '../ports.ts';
import { allFacts, type ReadAccount, readDeliveries } from '../read.ts';
import type { Ruleset } from '../rules.ts';
import type { Intervened, IntervenedPerson, NotIntervened, OperatorRequest } from './intervention.ts';
import type { WholePerson } from './intervention-ports.ts';
import { isRefusal, planIntervention, type Subject } from './plan-intervention.ts';
import { saidBefore } from './said-before.ts';

interface InterventionWorld {
  readonly store: Pick<Store, 'findPeople' | 'accept'>;
  readonly rules: Ruleset;
  readonly providers: Readonly<Record<string, Provider>>;
}

/** Somebody with all that was received of them, and those of their accounts that the request is about. */
interface Person {
  readonly userId: string | null;
  readonly accounts: readonly (Pick<ReadAccount, 'customer' | 'role'> & { readonly facts: readonly Fact[] })[];
  readonly subjects: readonly Subject[];
  readonly enforcedSince: Instant | null;
}

const isAbout = ({ role, customer }: AccountView, id: string, whole: boolean): boolean =>
  role === 'owner' && (whole || customer.customer === id);

const toPerson = ({ rules, providers }: InterventionWorld, found: WholePerson, id: string, now: Instant): Person => {
  const { enforcedSince } = found;
  const claimed = found.accounts.map((account) => ({ ...account, events: [] }));
  const read = readDeliveries({ accounts: claimed }, providers, rules.policy);
  const accounts = read.accounts.map((account) => ({ ...account, facts: allFacts(account) }));
  const view = decide({ userId: found.userId, accounts, rules, enforcedSince, now });
  const whole = !view.accounts.some(({ role, customer }) => role === 'owner' && customer.customer === id);
  const subjects = view.accounts.flatMap((account, index): Subject[] =>
    isAbout(account, id, whole) ? [{ ledger: account.ledger, facts: accounts[index]?.facts ?? [] }] : [],
  );
  return { userId: view.userId, accounts, subjects, enforcedSince };
};

const toDelivery = (body: OperatorBody, subject: Subject, now: Instant): NewDelivery => ({
  ...toOperatorDelivery(body, subject.ledger.customer),
  source: 'webhook',
  receivedAt: now,
  end: 'unread',
  detail: null,
});

const factsOf = ({ rawBody, receivedAt }: NewDelivery, { rules }: InterventionWorld): readonly Fact[] => {
  const reading = operator.normalise(rawBody, { ...rules.policy, receivedAt });
  return reading.end === 'understood' ? reading.facts : [];
};

/** How somebody stands once the loop has read what was stored. */
const standAfter = (
  world: InterventionWorld,
  person: Person,
  { deliveries, at }: { readonly deliveries: readonly NewDelivery[]; readonly at: Instant },
): IntervenedPerson => {
  const added = new Map(deliveries.map((delivery) => [delivery.keys.customer, delivery]));
  const accounts = person.accounts.map((account) => {
    const delivery = added.get(account.customer.customer);
    return delivery === undefined ? account : { ...account, facts: [...account.facts, ...factsOf(delivery, world)] };
  });
  const { userId, enforcedSince } = person;
  const { traits, accounts: views } = decide({ userId, accounts, rules: world.rules, enforcedSince, now: at });
  const about = new Set(person.subjects.map(({ ledger }) => ledger.customer.customer));
  return {
    userId,
    dunning_status: traits.dunning_status,
    dunning_stage: traits.dunning_stage,
    suppression_reason: traits.suppression_reason,
    accounts: views
      .filter(({ role, customer }) => role === 'owner' && about.has(customer.customer))
      .map(({ customer, ledger }) => ({
        customer,
        holds: ledger.holds.filter(({ to }) => to === null || to > at),
        invoices: [
          ...(added.get(customer.customer) === undefined ? [] : markedBy(added.get(customer.customer), world)),
        ],
      })),
  };
};

const markedBy = (delivery: NewDelivery | undefined, world: InterventionWorld): readonly string[] =>
  (delivery === undefined ? [] : factsOf(delivery, world)).flatMap((fact) =>
    fact.kind === 'marked_recovered' ? (fact.invoices ?? []) : [],
  );

const refuse = (code: NotIntervened['code'], message: string): NotIntervened => ({ ok: false, code, message });

const UNKNOWN =
  'Nobody is known by this id. Expected a user id, a billing customer id such as cus_QxT5m2, or an anonymous id, of somebody of whom a webhook was received.';
const NO_ACCOUNT = 'This person is only told about accounts of others. Name the billing customer id of the account.';
const REUSED = 'This request id was used for something else about the same account. Use a new one for each request.';

const repeat = (world: InterventionWorld, people: readonly Person[], request: OperatorRequest, at: Instant) => ({
  ok: true as const,
  action: request.action,
  requestId: request.requestId,
  at,
  repeated: true,
  people: people.map((person) => standAfter(world, person, { deliveries: [], at })),
});

/**
 * Stores what an operator wants, and answers when it is durable. Nothing is decided here that the loop would not decide:
 * the answer says how the person stands once it has read this, by all that was received. Rejects when the store fails.
 * @param isAskedAgain whether this is the second look at a request that came in twice at once.
 */
export const intervene = async (
  world: InterventionWorld,
  request: OperatorRequest,
  now: Instant,
  isAskedAgain = false,
): Promise<Intervened | NotIntervened> => {
  const found = await world.store.findPeople(request.id);
  if (found.length === 0) return refuse('unknown', UNKNOWN);
  const people = found.map((person) => toPerson(world, person, request.id, now));
  const subjects = people.flatMap((person) => person.subjects);
  if (subjects.length === 0) return refuse('unknown', NO_ACCOUNT);
  const before = saidBefore(subjects, request);
  if (before.was === 'other') return refuse('conflict', REUSED);
  if (before.was === 'same' && before.rest.length === 0) return repeat(world, people, request, before.at);
  const plan = planIntervention(request, before.was === 'same' ? before.rest : subjects, now);
  if (isRefusal(plan)) return plan;
  const deliveries = plan.map(({ body, subject }) => toDelivery(body, subject, now));
  const at = instant(Math.max(now, ...plan.map(({ body }) => body.at)));
  const acceptances = await world.store.accept(deliveries);
  if (acceptances.every((each) => each === 'erased')) return refuse('unknown', UNKNOWN);
  // The same request came in beside this one, and was stored first: it is asked again what became of it.
  if (acceptances.every((each) => each === 'duplicate')) {
    return isAskedAgain ? refuse('conflict', REUSED) : intervene(world, request, now, true);
  }
  return {
    ok: true,
    action: request.action,
    requestId: request.requestId,
    at,
    repeated: false,
    people: people.map((person) => standAfter(world, person, { deliveries, at })),
  };
};
