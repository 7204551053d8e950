import { describe } from 'vitest';
import { braze } from '../../destinations/braze/index.ts';
import { json } from './tool-server.ts';
import { describeTool } from './tool-suite.ts';

describe('braze as a tool', () => {
  describeTool({
    tool: braze,
    settings: (apiKey, endpoint) => braze.credentials({ apiKey, endpoint }),
    taking: json(201, { message: 'success' }),
  });
});
