import { defineTool, type Tool } from '../../src/destination-kit/define-tool.ts';
import type { Subject, ToolRecord } from '../../src/destination-kit/record.ts';
import { toAnswer } from './answer.ts';
import { definition } from './definition.ts';
import { eraseCompanies, eraseContacts, eraseTasks } from './erase.ts';
import { INPUTS_PER_CALL } from './fields.ts';
import { makeReadBack } from './read-back.ts';
import { makeRecorderAnswer } from './recorder-answer.ts';
import { checkCredentials, makeInspect } from './set-up/inspect.ts';
import { makeSetUp } from './set-up/set-up.ts';
import { type HubspotObject, type HubspotSettings, OWN_IDS } from './settings.ts';

/** What the three tools share: one account, one token, one limit. */
const shared = (key: string, subject: Subject, object: HubspotObject, callsPerSecond: number) => ({
  key,
  vendor: 'hubspot',
  subject,
  // Cloud mode (Actions) by its present name, and the classic one.
  segmentNames: ['HubSpot Cloud Mode (Actions)', 'HubSpot'],
  definition,
  limits: {
    objects: INPUTS_PER_CALL,
    // HubSpot documents no size; 100 objects of all properties are a tenth of this.
    bytes: 3_000_000,
    // The least of its plans takes 100 requests in 10 s of all three tools together. A call about known objects is one
    // request, one about new ones up to five; a list of contacts makes that seven, and six of known ones.
    callsPerSecond,
  },
  objectsOf: (_record: ToolRecord) => 1,
  // None of them takes events.
  resendsUnknownEvents: true,
  credentials: toSettings,
  toAnswer,
  recorder: {
    credentials: { accessToken: 'recorder', baseUrl: 'https://api.hubapi.invalid', createMissing: 'true' },
    answer: makeRecorderAnswer(object),
  },
  setUp: makeSetUp(object),
  checkCredentials,
});

/** Two requests each, of the 100 in 10 s that deliveries share: a tenth of them for both tools together. */
const READ_BACK_LIMITS = { ids: INPUTS_PER_CALL, questionsPerSecond: 0.25 };

const toSettings = (values: Readonly<Record<string, string>>): HubspotSettings => {
  const { accessToken = '', baseUrl = '', createMissing = '', defaultOwner = '' } = values;
  const { suppressionList = '', unenrolWorkflows = '' } = values;
  const { contactIdProperty = OWN_IDS.contacts, companyIdProperty = OWN_IDS.companies } = values;
  return {
    access_token: accessToken,
    base_url: baseUrl,
    create_missing: createMissing === 'true',
    contact_id_property: contactIdProperty,
    company_id_property: companyIdProperty,
    default_owner: defaultOwner,
    suppression_list: suppressionList,
    unenrol_workflows: unenrolWorkflows,
  };
};

/** HubSpot, by its batch operations: contacts of users, companies of accounts, tasks of hand-offs. */
export const hubspotTools: readonly Tool[] = [
  defineTool({
    ...shared('hubspot', 'contact', 'contacts', 3),
    action: 'syncContacts',
    inspect: makeInspect('contacts', []),
    readBack: makeReadBack('contacts'),
    readBackLimits: READ_BACK_LIMITS,
    erase: eraseContacts,
    eraseByHand: 'in HubSpot, find the contacts by their Recoup user ID and delete them permanently',
  }),
  defineTool({
    ...shared('hubspot-companies', 'account', 'companies', 2),
    action: 'syncCompanies',
    inspect: makeInspect('companies', ['contacts']),
    readBack: makeReadBack('companies'),
    readBackLimits: READ_BACK_LIMITS,
    erase: eraseCompanies,
    eraseByHand: 'in HubSpot, find the companies by their Recoup account ID and empty the properties of Recoup',
  }),
  defineTool({
    ...shared('hubspot-tasks', 'hand_off', 'tasks', 1),
    action: 'syncTasks',
    inspect: makeInspect('tasks', ['contacts', 'companies']),
    erase: eraseTasks,
    eraseByHand: 'in HubSpot, find the tasks by their Recoup episode and delete them',
  }),
];
