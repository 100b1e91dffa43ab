/**
 * Types for the signer inside @opensearch-project/opensearch that brings no credential chain of its own. The package's
 * documented doors (`/aws`, `/aws-v3`) are this function applied to the whole default chain, which would add 296 KB to
 * every function that is given its credentials anyway.
 */
declare module '@opensearch-project/opensearch/lib/aws/shared.js' {
  import type { Connection, Transport } from '@opensearch-project/opensearch';
  import type { Credentials } from './client.ts';

  export function giveAwsV4Signer(defaultCredentials: () => Promise<Credentials>): (options: {
    region: string;
    service: 'es' | 'aoss';
    getCredentials: () => Promise<Credentials>;
  }) => {
    Connection: typeof Connection;
    Transport: typeof Transport;
  };
}
