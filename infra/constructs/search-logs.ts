/**
 * What a search domain writes down about itself: errors and warnings, and requests that took longer than the index allows
 * (`shared/search/product-index.ts`). A slow search is logged with its text, a slow write without the document.
 *
 * OpenSearch Service developer guide, "Monitoring OpenSearch logs with Amazon CloudWatch Logs".
 */
import { Arn, ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnResourcePolicy, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnDomain } from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';

/** The service's word for a log, and ours. */
const LOGS = {
  ES_APPLICATION_LOGS: 'application',
  SEARCH_SLOW_LOGS: 'slow-searches',
  INDEX_SLOW_LOGS: 'slow-writes',
} as const;

export class SearchLogs extends Construct {
  readonly options: Readonly<Record<string, CfnDomain.LogPublishingOptionProperty>>;

  constructor(scope: Construct, id: string, stage: Stage, domainName: string) {
    super(scope, id);
    const stack = Stack.of(this);
    const groupName = (word: string) => `/aws/opensearch/${domainName}/${word}`;
    // Ours alone: the service may write for this domain of this account, and to these groups.
    const policy = new CfnResourcePolicy(this, 'Policy', {
      policyName: `${domainName}-search-logs`,
      policyDocument: stack.toJsonString(
        new PolicyDocument({
          statements: [
            new PolicyStatement({
              principals: [new ServicePrincipal('es.amazonaws.com')],
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [
                Arn.format(
                  {
                    service: 'logs',
                    resource: 'log-group',
                    resourceName: `${groupName('*')}:*`,
                    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
                  },
                  stack,
                ),
              ],
              conditions: {
                StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
                ArnLike: {
                  'aws:SourceArn': Arn.format(
                    { service: 'es', resource: 'domain', resourceName: domainName },
                    stack,
                  ),
                },
              },
            }),
          ],
        }),
      ),
    });
    this.options = Object.fromEntries(
      Object.entries(LOGS).map(([log, word]) => {
        const group = new LogGroup(this, word, {
          logGroupName: groupName(word),
          retention: stage.logRetentionDays,
          removalPolicy: stage.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        });
        group.node.addDependency(policy);
        return [log, { enabled: true, cloudWatchLogsLogGroupArn: group.logGroupArn }];
      }),
    );
  }
}
