/**
 * Whose access tokens open a connection: the pool that the stage names, or one of the stack's own, with no user in it and no
 * way to sign up, for a stage whose app has none yet.
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnUserPool, CfnUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { acknowledge } from './acknowledge.ts';
import { output } from './output.ts';

/** What the authorizer needs. The keys themselves are never configured, but for an emulator: it fetches them from the pool. */
export type UserPoolEnvironment = Readonly<Record<'USER_POOL_ID' | 'USER_POOL_CLIENT_ID', string>> & {
  readonly USER_POOL_JWKS?: string;
};

export function userPoolOf(scope: Construct, stage: Stage): UserPoolEnvironment {
  const emulated = stage.emulator?.tokens;
  const { id, clientId } =
    (emulated && { ...emulated, id: emulated.userPoolId }) ??
    stage.webSocket.userPool ??
    ownPool(scope, stage);
  output(scope, 'UserPoolId', id, 'Whose access tokens open a connection');
  output(scope, 'UserPoolClientId', clientId, 'The client that the tokens are made for');
  return {
    USER_POOL_ID: id,
    USER_POOL_CLIENT_ID: clientId,
    ...(emulated && { USER_POOL_JWKS: emulated.keys }),
  };
}

function ownPool(scope: Construct, stage: Stage) {
  const pool = new CfnUserPool(scope, 'UserPool', {
    userPoolName: `streamkeeper-${stage.name}`,
    adminCreateUserConfig: { allowAdminCreateUserOnly: true },
    deletionProtection: stage.deletionProtection ? 'ACTIVE' : 'INACTIVE',
    policies: {
      passwordPolicy: {
        minimumLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
      },
    },
  });
  pool.applyRemovalPolicy(stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  acknowledge(
    pool,
    'COG2',
    'For stages whose app has no pool yet: only administrators create users, for trying things out.',
  );
  acknowledge(
    pool,
    'COG8',
    'The plus plan has a price per user; a pool with real users is the one that the stage names.',
  );
  const client = new CfnUserPoolClient(scope, 'UserPoolClient', {
    userPoolId: pool.ref,
    clientName: 'app',
    generateSecret: false,
    // The second one is for operators: it takes AWS credentials besides the password.
    explicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    preventUserExistenceErrors: 'ENABLED',
    enableTokenRevocation: true,
    accessTokenValidity: 60,
    tokenValidityUnits: { accessToken: 'minutes' },
  });
  return { id: pool.ref, clientId: client.ref };
}
