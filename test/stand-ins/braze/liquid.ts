import { Liquid } from 'liquidjs';

/** What a Connected Content call brings: the status and the parsed JSON object; null: no JSON, or no answer in two seconds. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** What a template sees of a person. */
export interface BrazePerson {
  readonly userId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Properties of the event by which the person entered the Canvas. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly ask: (url: string) => Answer;
}

export type Rendered = { readonly sent: string } | { readonly aborted: string };

/** The filters that the pack uses, as Braze's pages describe them: `money` neither divides nor adds a symbol. */
const FILTERS = {
  money: (amount: number): string =>
    amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  url_param_escape: (text: unknown): string => encodeURIComponent(String(text ?? '')),
};

/**
 * Braze's own syntax in that of the engine: names stand in `${…}`, output brackets may stand inside a tag, and two tags are
 * known to Braze alone.
 */
const toPlainLiquid = (template: string): string =>
  template
    .replaceAll(/\$\{(\w+)\}/g, '$1')
    .replaceAll(/\{%-?\s*(?:if|elsif|case|assign)\b(?:(?!%\}).)*%\}/g, (tag) => tag.replaceAll(/\{\{|\}\}/g, ''))
    .replaceAll(
      /\{% connected_content (\S.*?) :headers .*? :save (\w+) %\}/g,
      (_, url: string, name: string) => `{%- capture url -%}${url}{%- endcapture -%}{{ url | ask: '${name}' }}`,
    )
    .replaceAll(/\{% abort_message\('([^']*)'\) %\}/g, (_, reason: string) => `{{ '${reason}' | abort }}`);

/** The names of filters that a template uses. */
export const filtersIn = (template: string): readonly string[] => [
  ...new Set([...template.matchAll(/\|\s*(\w+)/g)].map(([, name = '']) => name)),
];

const makeEngine = (): Liquid => {
  const engine = new Liquid({ timezoneOffset: 0, strictFilters: true });
  for (const [name, filter] of Object.entries(FILTERS)) engine.registerFilter(name, filter);
  engine.registerFilter('ask', () => '');
  engine.registerFilter('abort', () => '');
  return engine;
};

/** Every name that a template takes from outside, with its path: `custom_attribute.in_dunning`, `guard.suppress`, `user_id`. */
export const variablesOfLiquid = (template: string): readonly string[] =>
  makeEngine().globalFullVariablesSync(toPlainLiquid(template));

const ABORTED = 'aborted: ';

/** The template as Braze sends it. Names that are not there are empty, as in Braze. */
export const renderLiquid = (template: string, person: BrazePerson): Rendered => {
  const engine = makeEngine();
  const scope: Record<string, unknown> = {
    user_id: person.userId,
    custom_attribute: person.attributes,
    context: person.context,
    set_user_to_unsubscribed_url: 'https://unsubscribe.example.com/u',
  };
  engine.registerFilter('ask', (url: string, name: string) => {
    const { status, body } = person.ask(url);
    if (body !== null) scope[name] = { ...body, __http_status_code__: status };
    return '';
  });
  engine.registerFilter('abort', (reason: string) => {
    throw new Error(ABORTED + reason);
  });
  try {
    return { sent: engine.parseAndRenderSync(toPlainLiquid(template), scope) };
  } catch (error) {
    const [, reason] = String(error).split(ABORTED);
    if (reason === undefined) throw error;
    return { aborted: reason };
  }
};
