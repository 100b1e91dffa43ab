/**
 * Creates index and alias while the stack is deployed, and again whenever the set-up's code or configuration changes. A set-up
 * that fails, fails the deployment; what is started after it finds the alias in place. Operators call it for the steps of a rebuild.
 */
import { Duration } from 'aws-cdk-lib';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { NodeFunction } from './node-function.ts';
import { output, pascalCase } from './output.ts';
import type { SearchDomain } from './search-domain.ts';

export interface SearchSetUpProps {
  readonly stage: Stage;
  /** The processor whose index it is; `processors/<name>/set-up.ts` is what runs. */
  readonly name: string;
  readonly search: SearchDomain;
}

/** Seconds. A new domain needs a while until its name resolves everywhere; the set-up may wait for it. */
const TIMEOUT = 300;

export class SearchSetUp extends Construct {
  constructor(scope: Construct, id: string, { stage, name, search }: SearchSetUpProps) {
    super(scope, id);
    const code = new NodeFunction(this, 'SetUp', {
      stage,
      name: `${name}-set-up`,
      entry: `processors/${name}/set-up.ts`,
      description: `Creates the search index and alias of ${name} at deployment, and rebuilds it when asked`,
      timeoutSeconds: TIMEOUT,
      memoryMb: 256,
      environment: {
        ...search.environment,
        POWERTOOLS_SERVICE_NAME: `${name}-set-up`,
      },
    });
    search.admit(code.role, ['Get', 'Post', 'Put']);
    // A rebuild's indices, when an operator says so, and an empty one in the alias's place: nothing else of the domain is deleted.
    search.admit(code.role, ['Delete'], 'own-indices');
    // A trigger instead of a custom resource of our own: the set-up stays a plain function, which the operator and the local
    // run can call as it is, and a new domain (a new endpoint in the environment) runs it again.
    new Trigger(this, 'AtDeployment', { handler: code.function, timeout: Duration.seconds(TIMEOUT) });
    output(
      code.function.stack,
      `${pascalCase(name)}SetUpFunctionName`,
      code.function.functionName,
      `Creates the index and alias of ${name}`,
    );
  }
}
