import type { Subject } from '../../destination-kit/record.ts';
import type { Commitments } from '../commitments.ts';
import { accounts } from './subjects/accounts.ts';
import { alerts } from './subjects/alerts.ts';
import { handOffs } from './subjects/hand-offs.ts';
import { stream } from './subjects/stream.ts';
import { nameOf, type SubjectInput, type Subjects, type Told } from './subjects/subject.ts';
import { users } from './subjects/users.ts';
import type { ActiveTool, ToolChange } from './tool-ports.ts';

export interface ToolChanges {
  readonly changes: readonly ToolChange[];
  readonly told: Commitments['tools'];
}

const SUBJECTS: Readonly<Record<Subject, Subjects>> = {
  person: users,
  contact: users,
  account: accounts,
  hand_off: handOffs,
  alert: alerts,
  stream,
};

const ABOUT_PEOPLE: ReadonlySet<Subject> = new Set(['person', 'contact']);

const isAbout = (key: string, active: ActiveTool): boolean =>
  key === nameOf(active) || key.startsWith(`${nameOf(active)}#`);

const toldOf = (all: Commitments['tools'], active: ActiveTool): Told =>
  Object.fromEntries(Object.entries(all).filter(([key]) => isAbout(key, active)));

/** What one decision wants of every tool: the whole state where it changed, and what is to be heard. Pure. */
export const toolChanges = (input: SubjectInput): ToolChanges => {
  const { tools } = input.claim.commitments;
  // People in tools are enrolled into mails by what is held of them, in a CRM's workflows as well: there the brakes hold.
  const toPeople = { ...input, view: input.messaging };
  const wants = input.tools.map((active) =>
    SUBJECTS[active.subject](ABOUT_PEOPLE.has(active.subject) ? toPeople : input, active, toldOf(tools, active)),
  );
  const others = Object.entries(tools).filter(([key]) => !input.tools.some((active) => isAbout(key, active)));
  return {
    changes: wants.flatMap(({ changes }) => changes),
    told: Object.assign(Object.fromEntries(others), ...wants.map(({ told }) => told)),
  };
};
