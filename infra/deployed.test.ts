/**
 * Nothing that is deployed changes unseen: each stage's templates beside the text that was last looked at. `npx vitest run infra/deployed -u`
 * writes them anew; what then differs is to be read before it is committed.
 */
import { expect, test } from 'vitest';
import { deployedText, differingText } from './testing-deployed.ts';

test('production deploys what infra/deployed/prod.txt says', async () => {
  await expect(deployedText('prod')).toMatchFileSnapshot('deployed/prod.txt');
});

test.each(['dev', 'staging'])(
  'stage %s differs from production as its file in infra/deployed says',
  async (stage) => {
    await expect(differingText(stage, 'prod')).toMatchFileSnapshot(`deployed/${stage}.txt`);
  },
);
