import { day } from './harness.ts';
import { to } from './stage.ts';
import type { Happening } from './stripe-happenings.ts';
import { customerSays } from './stripe-people.ts';
import { billOf, salesEnter, type ToolsStep } from './tools-play.ts';

/** The bill of Ada, of whom most stories tell. */
export const ADA = billOf('ada');

/** A failed bill is tried again on day 3. */
export const RETRY = { retryAt: day(3) } as const;

/** The billing account names its user and has their address. */
export const saysWho = (name: string): Happening =>
  customerSays({ user: `user_${name}`, email: `${name}@example.com` });

/** Sales and support know the person, sales their company; the billing account says who they are. */
export const isKnown = (name: string): readonly ToolsStep[] => [
  salesEnter(name, 'hubspot', 'salesforce'),
  to(name, saysWho(name)),
];
