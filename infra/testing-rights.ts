/** A function's rights as a test can write them down: one line for every action on every resource, with its condition. */
import type { Template } from 'aws-cdk-lib/assertions';
import { type Resource, resource, statements } from './testing.ts';

/** Of the role whose policy's logical id contains `part`: `action resource [condition]`, `not` before what is denied; sorted. */
export function rightsOf(template: Template, part: string): string[] {
  return statements(resource(template, 'AWS::IAM::Policy', part))
    .flatMap(({ Effect: effect, Action: actions, Resource: targets, Condition: condition }) =>
      [actions]
        .flat()
        .flatMap((action) =>
          [targets]
            .flat()
            .map((target) =>
              [
                ...(effect === 'Allow' ? [] : ['not']),
                action,
                inWords(template, target),
                ...(condition === undefined ? [] : [inWords(template, conditionText(condition))]),
              ].join(' '),
            ),
        ),
    )
    .sort();
}

/** What every function may do, `id` being its construct's: write its log and its traces. */
export function ownTelemetry(id: string): string[] {
  return [
    `logs:CreateLogStream ${id}Logs.Arn`,
    `logs:PutLogEvents ${id}Logs.Arn`,
    'xray:PutTelemetryRecords *',
    'xray:PutTraceSegments *',
  ];
}

/** What every processor may do, `id` being its construct's and `tables` those whose streams it follows. */
export function basicRights(id: string, ...tables: readonly string[]): string[] {
  return [
    ...tables.flatMap((table) =>
      ['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
        (action) => `dynamodb:${action} ${table}/stream`,
      ),
    ),
    'dynamodb:ListStreams *',
    ...ownTelemetry(`${id}Processor`),
    `s3:ListBucket ${id}DeadLettersBucket.Arn`,
    `s3:PutObject ${id}DeadLettersBucket.Arn/aws/lambda/*`,
    `s3:PutObject ${id}DeadLettersBucket.Arn/dead-letters/*`,
    `sqs:SendMessage ${id}DeadLettersQueue.Arn`,
  ];
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'REGION',
  'AWS::AccountId': 'ACCOUNT',
};

/** A value of the template as text: tables by their names, everything else by its logical id without the hash. */
export function inWords(template: Template, value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  switch (name) {
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, readonly unknown[]];
      return parts.map((part) => inWords(template, part)).join(separator);
    }
    case 'Ref':
      return PSEUDO[String(argument)] ?? nameOf(template, String(argument));
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string];
      const type = resourceOf(template, id).Type;
      if (type !== 'AWS::DynamoDB::Table') return `${nameOf(template, id)}.${attribute}`;
      return attribute === 'StreamArn' ? `${nameOf(template, id)}/stream` : nameOf(template, id);
    }
    default:
      throw new Error(`a test cannot read ${name}`);
  }
}

function nameOf(template: Template, id: string): string {
  const { Type, Properties } = resourceOf(template, id);
  return Type === 'AWS::DynamoDB::Table' ? String(Properties['TableName']) : id.replace(/[0-9A-F]{8}$/, '');
}

function resourceOf(template: Template, id: string): Resource {
  const found = (template.toJSON()['Resources'] as Record<string, Resource>)[id];
  if (!found) throw new Error(`the template refers to ${id}, which is not in it`);
  return found;
}

/** `{operator: {key: values}}` as `operator key values`. */
function conditionText(condition: unknown): unknown {
  const parts = Object.entries(condition as Record<string, Record<string, unknown>>).flatMap(
    ([operator, keys]) =>
      Object.entries(keys).flatMap(([key, values]) => [`if ${operator} ${key}`, ...[values].flat()]),
  );
  return { 'Fn::Join': [' ', parts] };
}
