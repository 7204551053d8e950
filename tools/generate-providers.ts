import { describeStripe } from '../src/providers/stripe/describe.ts';
import { type Generated, writeOrCheck } from './write-or-check.ts';

/** What the providers' tables yield: the page that says what becomes of every webhook. */
export const generateProviders = (): readonly Generated[] => [
  { path: 'docs/providers.md', text: `${HEAD}\n${describeStripe()}\n` },
];

const HEAD = `<!-- Generated from src/providers by tools/generate-providers.ts. Do not edit. -->

# Billing providers

What becomes of each webhook.
`;

if (import.meta.main) writeOrCheck(generateProviders());
