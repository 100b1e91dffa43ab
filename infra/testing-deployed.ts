/** A stage's templates as lines that people compare: every resource with its properties, references in short, one line for an alarm. */
import type { Template } from 'aws-cdk-lib/assertions';
import { type StackName, templatesOf } from './testing.ts';

type Json = Readonly<Record<string, unknown>>;

/** What is prose or drawing: read by people, and no part of what protects a record. */
const NOT_COMPARED = /^(Description|AlarmDescription|DisplayName|DashboardBody|Tags|Code|Metadata)$/;

export function deployedText(stage: string): string {
  const templates = templatesOf(stage);
  return (Object.keys(templates) as StackName[])
    .map((stack) => `# ${stack}\n\n${templateText(templates[stack])}`)
    .join('\n');
}

function templateText(template: Template): string {
  const { Resources: resources = {}, Outputs: outputs = {} } = template.toJSON() as {
    Resources?: Readonly<Record<string, Json>>;
    Outputs?: Readonly<Record<string, Json>>;
  };
  const parts = Object.entries(resources)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, found]) => resourceText(id, found));
  const told = Object.entries(outputs).map(([name, { Value: value }]) => `  ${name} = ${valueText(value)}\n`);
  return `${parts.join('')}outputs\n${told.sort().join('')}`;
}

function resourceText(id: string, { Type: type, Properties: properties = {}, ...others }: Json): string {
  if (type === 'AWS::CloudWatch::Alarm') return alarmText(properties as Json);
  const lines = Object.entries({ ...others, ...(properties as Json) })
    .filter(([name]) => !NOT_COMPARED.test(name))
    .map(([name, value]) => `  ${name} = ${valueText(value)}\n`);
  return `${id} ${String(type).replace('AWS::', '')}\n${lines.sort().join('')}`;
}

/** `<name>: <condition>; <the rest>` */
function alarmText(properties: Json): string {
  const {
    AlarmName: name,
    ComparisonOperator: operator,
    Threshold: threshold,
    EvaluationPeriods: periods,
    DatapointsToAlarm: points = periods,
    Period: seconds,
    Namespace: namespace,
    MetricName: metric,
    Statistic: statistic,
    TreatMissingData: silence,
    AlarmActions: alarmed,
    OKActions: relieved,
    Dimensions: dimensions = [],
    AlarmDescription: _,
    Tags: __,
    ...rest
  } = properties;
  const what = metric === undefined ? '' : ` ${statistic} ${namespace} ${metric} per ${seconds} s`;
  const of = (dimensions as { Name: string; Value: unknown }[]).map(
    (one) => ` of ${one.Name} ${valueText(one.Value)}`,
  );
  const more = Object.keys(rest).length === 0 ? '' : ` ${valueText(rest)}`;
  const told =
    valueText(alarmed) === valueText(relieved) ? valueText(alarmed) : valueText([alarmed, relieved]);
  return `alarm ${name}:${what}${of.join('')} ${operator} ${threshold}, ${points} of ${periods}, silence ${silence}, tells ${told}${more}\n`;
}

function valueText(value: unknown): string {
  const short = shortened(value);
  return typeof short === 'string' ? short : JSON.stringify(short);
}

/** `{Ref: X}` as `<X>`, `{Fn::GetAtt: [X, Arn]}` as `<X.Arn>`, what is joined of them as one text; members in one order. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !NOT_COMPARED.test(name));
  const [[name, inner] = ['', undefined]] = entries;
  if (entries.length === 1 && name === 'Ref') return `<${inner}>`;
  if (entries.length === 1 && name === 'Fn::GetAtt') return `<${[inner].flat().join('.')}>`;
  if (entries.length === 1 && name === 'Fn::Join') {
    const [between, parts] = inner as [string, readonly unknown[]];
    const texts = parts.map(shortened);
    if (texts.every((text) => typeof text === 'string')) return texts.join(between);
  }
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, of]) => [key, shortened(of)]),
  );
}

/** Of a stage: the lines that another one lacks, and those that it has instead, under the resource they belong to; without the stages' names. */
export function differingText(stage: string, other: string): string {
  const own = linesBySubject(deployedText(stage).replaceAll(`${stage}-`, ''));
  const theirs = linesBySubject(deployedText(other).replaceAll(`${other}-`, ''));
  const subjects = [...new Set([...own.keys(), ...theirs.keys()])].sort();
  return subjects
    .flatMap((subject) => {
      const [here = [], there = []] = [own.get(subject), theirs.get(subject)];
      if (!own.has(subject)) return [`${subject}: only in ${other}\n`];
      const lines = [
        ...(theirs.has(subject) ? [] : [`only in ${stage}\n`]),
        ...here.filter((line) => !there.includes(line)).map((line) => `+${line}\n`),
        ...there.filter((line) => !here.includes(line)).map((line) => `-${line}\n`),
      ];
      return lines.length === 0 ? [] : [`${subject}\n`, ...lines];
    })
    .join('');
}

function linesBySubject(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let stack = '';
  let subject: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) stack = line.slice(2);
    else if (line.startsWith('  ')) subject.push(line);
    else if (line !== '') {
      const [name = '', rest] = line.startsWith('alarm ') ? line.split(/: (.*)/s) : [line];
      subject = rest === undefined ? [] : [`  ${rest}`];
      found.set(`${stack}/${name}`, subject);
    }
  }
  return found;
}
