/** Which versions of OpenSearch the search contract is held against. */
import { type OpenSearchVersion, openSearchVersions } from '../../local/engines/opensearch/assemble.ts';
import { Problem } from '../../local/problem.ts';

/** Those of CI: what the CDK app deploys, and the last of its line. 3.x is for `npm run prove -- --engines`. */
const USUAL: readonly OpenSearchVersion[] = ['2.11.1', '2.19.1'];

/**
 * @param named absent: the usual ones
 * @throws Problem
 */
export function chosenVersions(named: readonly string[] | undefined): readonly OpenSearchVersion[] {
  if (named === undefined || named.length === 0) return USUAL;
  return named.map((name) => {
    const version = openSearchVersions.find((known) => known === name);
    if (version === undefined)
      throw new Problem(`--opensearch: is not a version known here; give ${openSearchVersions.join(', ')}`);
    return version;
  });
}
