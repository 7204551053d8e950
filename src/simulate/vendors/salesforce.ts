export { type Org, type OrgRecord, RUN_AS } from './salesforce/org.ts';
export { type SalesforceOptions, type SalesforceStandIn, startSalesforceStandIn } from './salesforce/server.ts';
