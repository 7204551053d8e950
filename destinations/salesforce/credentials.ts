import type { CredentialCheck } from '../../src/destination-kit/define-tool.ts';
import { askSalesforce, SalesforceOutage } from './client.ts';
import type { SalesforceObject } from './set-up/custom-fields.ts';
import type { SalesforceSettings } from './settings.ts';

/** Whether Salesforce lets us in, and shows the object that is written. */
export const checkCredentialsOf =
  (object: SalesforceObject) =>
  async (settings: SalesforceSettings, timeoutMs: number): Promise<CredentialCheck> => {
    try {
      await askSalesforce(settings, timeoutMs, (salesforce) => salesforce.describe(object));
      return { ok: true };
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'a fault without a name';
      return { ok: false, reason, unanswered: error instanceof SalesforceOutage };
    }
  };
