/** The code of this checkout is asked as a deployed function would be. */
import { expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { describeInCode, processorNames } from './processor-code.ts';
import { recorded } from './testing.ts';
import { PROCESSORS } from './whose-recording.ts';

test('every processor that follows a table can be asked, and nobody else', async () => {
  expect([...processorNames].sort()).toEqual([...PROCESSORS].sort());
  for (const name of processorNames)
    expect(await describeInCode(name)([recorded(1, { json: '{"eventID":"e1"}' })])).toMatchObject([
      { kind: 'poison', failure: { code: 'UNDECODABLE_RECORD' } },
    ]);
  for (const name of ['nobody', 'toString']) expect(() => describeInCode(name)).toThrow(Problem);
});
