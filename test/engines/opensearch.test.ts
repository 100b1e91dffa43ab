/** The search contract on the real OpenSearch that `npm run test:engines` has started. */
import { searchContract } from '../contracts/search-contract.ts';

const url = process.env['OPENSEARCH_URL'];
if (url === undefined) throw new Error('OPENSEARCH_URL is not set; run this by npm run test:engines');

searchContract('OpenSearch', async () => ({ url, close: async () => undefined }), [
  'stemming',
  'digits',
  'look-alikes',
]);
