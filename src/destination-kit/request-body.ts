import type { RequestClient, RequestOptions } from '@segment/actions-core';
import { BodyTooLarge } from './failure.ts';
import type { RequestWrapper } from './host.ts';

/** The body as it leaves: the framework's client serialises `json` in the same way. */
export const toBody = (options: RequestOptions | undefined): string => {
  if (options?.json !== undefined) return JSON.stringify(options.json);
  return typeof options?.body === 'string' ? options.body : '';
};

/** Refuses to send a body over `limit` bytes: some tools close the connection on it, which would look unknown. */
export const measured =
  (limit: number): RequestWrapper =>
  (send) =>
    (async (url, options) => {
      const bytes = Buffer.byteLength(toBody(options));
      if (bytes > limit) throw new BodyTooLarge(bytes, limit);
      return send(url, options);
    }) satisfies RequestClient;
