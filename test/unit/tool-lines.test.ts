import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { toolLines } from '../../src/cli/tool-lines.ts';
import { instant } from '../../src/domain/instant.ts';
import type { ProfileRecord } from '../../src/pipeline/ports.ts';

type ToolState = ProfileRecord['tools'][number];
const STATE = {
  tool: 'braze',
  channel: 'live',
  userId: 'ada',
  status: 'waiting',
  waitingSince: instant(Date.UTC(2026, 2, 1, 9)),
  desired: { in_dunning: true, dunning_stage: 'retrying' },
  sends: [],
} as const;
const lines = (delivered: ToolState['delivered']): readonly string[] =>
  toolLines({ tools: [{ ...STATE, delivered }] } as unknown as ProfileRecord).map(stripVTControlCharacters);

it('says once, and not at each attribute, that a tool has acknowledged nothing', () => {
  expect(lines(null)).toEqual([
    'braze  ada  waiting since 2026-03-01 09:00:00, nothing acknowledged yet',
    '  in_dunning     true',
    '  dunning_stage  retrying',
  ]);
});

it('says at an attribute what the tool holds instead', () => {
  expect(lines({ in_dunning: true, dunning_stage: 'first_failure' })).toEqual([
    'braze  ada  waiting since 2026-03-01 09:00:00',
    '  in_dunning     true',
    '  dunning_stage  retrying  acknowledged first_failure',
  ]);
});
