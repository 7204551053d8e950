import { defineTool, type Tool, type ToolDefinition } from '../../src/destination-kit/define-tool.ts';
import { MAX_RECORDS } from './action.ts';
import { isSessionOver, toAnswer } from './answer.ts';
import { checkCredentialsOf } from './credentials.ts';
import { accountDefinition, contactDefinition, taskDefinition } from './definition.ts';
import { eraseOf } from './erase.ts';
import { IDS_PER_QUERY, readBackOf, toHeldOf } from './read-back.ts';
import { answerRecorded, RECORDER_CREDENTIALS } from './recorder.ts';
import { openSession } from './session.ts';
import type { SalesforceObject } from './set-up/custom-fields.ts';
import { inspectOf } from './set-up/inspect.ts';
import { setUpOf } from './set-up/set-up.ts';
import { type SalesforceSettings, toSettings } from './settings.ts';

type Definition = ToolDefinition<SalesforceSettings>;
type Part = 'key' | 'subject' | 'definition' | 'action' | 'eraseByHand';

/** A log-in, a description and a query each: at most some 26,000 a day of an allocation of 100,000 and more. */
const READ_BACK_LIMITS = { ids: IDS_PER_QUERY, questionsPerSecond: 0.1 };

const toTool = (object: SalesforceObject, parts: Pick<Definition, Part>): Tool =>
  defineTool<SalesforceSettings>({
    ...parts,
    vendor: 'salesforce',
    // By its present name, and the older ones.
    segmentNames: ['Salesforce (Actions)', 'Salesforce'],
    limits: {
      objects: MAX_RECORDS,
      // Salesforce takes far more; at 200 records a body is a tenth of this.
      bytes: 5_000_000,
      // The allocation of 24 hours is the limit that counts, and a call here may be several requests.
      callsPerSecond: 5,
    },
    objectsOf: () => 1,
    resendsUnknownEvents: true,
    credentials: toSettings,
    toAnswer,
    recorder: { credentials: RECORDER_CREDENTIALS, answer: answerRecorded },
    openSession,
    isSessionOver,
    setUp: setUpOf(object),
    inspect: inspectOf(object),
    checkCredentials: checkCredentialsOf(object),
    readBack: readBackOf(object),
    ...(object === 'Task' ? {} : { toHeld: toHeldOf(object), readBackLimits: READ_BACK_LIMITS }),
    erase: eraseOf(object),
  });

/** Contacts, Accounts and Tasks of one Salesforce organisation. */
export const salesforceTools: readonly Tool[] = [
  toTool('Contact', {
    key: 'salesforce',
    subject: 'contact',
    definition: contactDefinition,
    action: 'syncContacts',
    eraseByHand:
      'in Salesforce, find the Contacts by their Recoup user id and empty the fields of Recoup, or delete them',
  }),
  toTool('Account', {
    key: 'salesforce-accounts',
    subject: 'account',
    definition: accountDefinition,
    action: 'syncAccounts',
    eraseByHand: 'in Salesforce, find the Accounts by their Recoup account id and empty the fields of Recoup',
  }),
  toTool('Task', {
    key: 'salesforce-tasks',
    subject: 'hand_off',
    definition: taskDefinition,
    action: 'syncTasks',
    eraseByHand: 'in Salesforce, find the Tasks by their Recoup task key and delete them',
  }),
];
