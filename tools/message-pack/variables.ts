/** What copy may name; each tool's language says how it comes by the value. Empty where it is not known. */
export const VARIABLES = [
  'company',
  'support',
  'billing_page',
  /** Where this customer mends it; the billing page where nothing else is known. */
  'link',
  /** What is owed, with its currency. */
  'owed',
  /** What a recovery brought in, with its currency. */
  'paid',
  /** The plan as customers know it. */
  'plan',
  /** The day of the next try, while one is scheduled. */
  'day',
  /** Not empty while no try will run before there is another payment method. */
  'blocked',
  /** What the customer can do. */
  'advice',
  /** The card's last month. */
  'expiry',
] as const;

export type Variable = (typeof VARIABLES)[number];

const isVariable = (name: string): name is Variable => VARIABLES.some((known) => known === name);

/** The variable of this name. Throws if there is none: a word in curly brackets that stays would be read by a customer. */
export const parseVariable = (name: string): Variable => {
  if (isVariable(name)) return name;
  throw new Error(`No variable is called ${name}; there are ${VARIABLES.join(', ')}.`);
};

/** Those that a text names, in the order of the list. */
export const variablesIn = (text: string): readonly Variable[] => {
  const named = new Set([...text.matchAll(/\{\{(?:#if )?(\w+)\}\}|\]\((\w+)\)/g)].map(([, a, b]) => a ?? b));
  named.delete('else');
  for (const name of named) parseVariable(name ?? '');
  return VARIABLES.filter((name) => named.has(name));
};
