import { MINUTE_MS, SECOND_MS } from '../domain/instant.ts';
import { spanWords } from '../domain/words.ts';
import { type Found, ok, problem, unknown, warning } from './finding.ts';
import type { Check, Gathered } from './gathered.ts';

/** A Date header counts whole seconds, and the way there and back takes its time. */
const WELL_MS = 5 * SECOND_MS;
/** Signatures are refused at 300 s; nobody should come near. */
const WRONG_MS = MINUTE_MS;

const MEND = 'Let this machine keep time by NTP (timedatectl set-ntp true, or chronyd).';

const judge = (aheadMs: number, host: string): Found => {
  const side = `${spanWords(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} ${host}`;
  if (Math.abs(aheadMs) <= WELL_MS) return ok(`The clock agrees with ${host}.`);
  if (Math.abs(aheadMs) <= WRONG_MS) return warning(`The clock is ${side}.`, MEND);
  return problem(`The clock is ${side}: at 5 minutes every webhook is refused as forged.`, MEND);
};

/** A webhook cannot come before it happened. */
const fromStore = ({ store }: Gathered): readonly Found[] => {
  if (!store.read || store.value.survey.behindMs <= WELL_MS) return [];
  const lag = spanWords(store.value.survey.behindMs);
  return [
    warning(`A webhook was received ${lag} before it happened by the provider's clock: this one is behind.`, MEND),
  ];
};

/** Does this machine keep time: signatures, settle windows and retry dates all hang on it. */
export const checkClock: Check = {
  name: 'clock',
  find: (gathered) => {
    const { clock } = gathered;
    if (clock.read) return [judge(clock.value.aheadMs, clock.value.host)];
    const seen = fromStore(gathered);
    if (seen.length > 0) return seen;
    return [
      unknown(`The clock could not be compared: ${clock.reason}`, 'Compare it with a time server: chronyc tracking.'),
    ];
  },
};
