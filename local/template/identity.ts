/** Who a resource is on this machine: its physical name, ARN and the other attributes that templates refer to. */
import { createHash } from 'node:crypto';
import type { StackTemplate, TemplateResource } from './assembly.ts';
import type { Account, AttributeOf } from './resolve.ts';

/** What is known only once the engines run. */
export interface EngineFacts {
  /** Stream ARN by table name, for tables that were created. */
  readonly streamArns: ReadonlyMap<string, string>;
  /** `http://host:port` of the SQS endpoint. */
  readonly sqsEndpoint: string;
  /** `host:port` of the search engine. */
  readonly searchHost: string;
  /** Of the cache. */
  readonly cache: { readonly host: string; readonly port: number };
  /** Whose tokens the WebSocket API takes. */
  readonly userPool: { readonly id: string; readonly clientId: string };
}

/** The property that holds a resource's name, by type; types that are not here have no part in the local run. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Lambda::EventSourceMapping': '',
  'AWS::OpenSearchService::Domain': 'DomainName',
  'AWS::ApiGatewayV2::Api': 'Name',
  'AWS::ElastiCache::ReplicationGroup': 'ReplicationGroupId',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/** `nameOf` resolves the name property of a resource, if it has one. */
export function attributesOf(
  account: Account,
  facts: EngineFacts,
  nameOf: (stack: StackTemplate, resource: TemplateResource, property: string) => unknown,
): AttributeOf {
  const { region, accountId } = account;
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;

  return function attribute(stack, resource, name) {
    const physical = () => physicalName(stack, resource, nameOf);
    const pick = (attributes: Readonly<Record<string, () => string | undefined>>) =>
      attributes[name ?? 'Ref']?.();
    switch (resource.type) {
      case 'AWS::DynamoDB::Table':
      case 'AWS::DynamoDB::GlobalTable':
        return pick({
          Ref: physical,
          Arn: () => arn('dynamodb', `table/${physical()}`),
          StreamArn: () => facts.streamArns.get(physical()),
        });
      case 'AWS::SQS::Queue': {
        const url = () => `${facts.sqsEndpoint}/${accountId}/${physical()}`;
        return pick({ Ref: url, QueueUrl: url, QueueName: physical, Arn: () => arn('sqs', physical()) });
      }
      case 'AWS::S3::Bucket':
        return pick({ Ref: physical, Arn: () => `arn:aws:s3:::${physical()}` });
      case 'AWS::SNS::Topic': {
        const topicArn = () => arn('sns', physical());
        return pick({ Ref: topicArn, TopicArn: topicArn, TopicName: physical });
      }
      case 'AWS::Lambda::Function':
        return pick({ Ref: physical, Arn: () => arn('lambda', `function:${physical()}`) });
      case 'AWS::Lambda::Version':
      case 'AWS::Lambda::Alias':
        return pick({ Ref: () => qualifiedArn(stack, resource, attribute), Version: () => '1' });
      case 'AWS::Lambda::EventSourceMapping':
        return pick({ Ref: () => mappingId(physical()), Id: () => mappingId(physical()) });
      case 'AWS::OpenSearchService::Domain':
        return pick({
          Ref: physical,
          Arn: () => arn('es', `domain/${physical()}`),
          DomainEndpoint: () => facts.searchHost,
        });
      case 'AWS::ApiGatewayV2::Api':
        // API Gateway makes up ten letters and digits.
        return pick({ Ref: () => hashOf(physical()).slice(0, 10) });
      case 'AWS::ApiGatewayV2::Authorizer':
      case 'AWS::ApiGatewayV2::Integration':
        return pick({ Ref: () => resource.logicalId });
      case 'AWS::Cognito::UserPool':
        return pick({ Ref: () => facts.userPool.id });
      case 'AWS::Cognito::UserPoolClient':
        return pick({ Ref: () => facts.userPool.clientId });
      case 'AWS::ElastiCache::ReplicationGroup':
        return pick({
          Ref: physical,
          'PrimaryEndPoint.Address': () => facts.cache.host,
          'PrimaryEndPoint.Port': () => String(facts.cache.port),
        });
      case 'AWS::IAM::Role':
        return pick({ Ref: physical, Arn: () => `arn:aws:iam::${accountId}:role/${physical()}` });
      case 'AWS::Logs::LogGroup':
        return pick({ Ref: physical, Arn: () => arn('logs', `log-group:${physical()}:*`) });
      default:
        return undefined;
    }
  };
}

/** The name the template gives, else one made of stack and logical id that every service takes. */
export function physicalName(
  stack: StackTemplate,
  resource: TemplateResource,
  nameOf: (stack: StackTemplate, resource: TemplateResource, property: string) => unknown,
): string {
  const property = NAME_PROPERTY[resource.type];
  const given = property ? nameOf(stack, resource, property) : undefined;
  if (typeof given === 'string' && given !== '') return given;
  const made = `${stack.name}-${resource.logicalId}`;
  return resource.type === 'AWS::S3::Bucket' ? made.toLowerCase().slice(0, 63) : made;
}

/** Functions have one version here, `1`. */
function qualifiedArn(
  stack: StackTemplate,
  resource: TemplateResource,
  attribute: AttributeOf,
): string | undefined {
  const target = resource.properties['FunctionName'];
  const logicalId =
    typeof target === 'object' && target !== null
      ? ((target as Record<string, unknown>)['Ref'] ??
        [(target as Record<string, unknown>)['Fn::GetAtt']].flat()[0])
      : undefined;
  const code = stack.resources.get(String(logicalId));
  const functionArn = code && attribute(stack, code, 'Arn');
  const qualifier = resource.type === 'AWS::Lambda::Alias' ? String(resource.properties['Name']) : '1';
  return functionArn && `${functionArn}:${qualifier}`;
}

/** Lambda makes up a UUID; here it follows from the name, so that a kept run finds its checkpoints again. */
function mappingId(name: string): string {
  const hex = hashOf(name);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
