import type { RecordedRequest, Tool, ToolSettings } from '../../src/destination-kit/define-tool.ts';
import type { ToolRecord } from '../../src/destination-kit/record.ts';
import { makeRecorderSink } from '../../src/destination-kit/recorder.ts';

/** The requests that a tool would make for these records. */
export const recorded = async (
  tool: Tool,
  settings: ToolSettings,
  records: readonly ToolRecord[],
): Promise<readonly RecordedRequest[]> => {
  const requests: RecordedRequest[] = [];
  await makeRecorderSink(tool, { onRequest: (request) => requests.push(request), settings }).send(records);
  return requests;
};
