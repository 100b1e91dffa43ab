/** How a user writes an item of their own into the running system, and sees it arrive: commands to copy. */

export interface OwnWriteFacts {
  readonly dynamodbEndpoint: string;
  readonly region: string;
  readonly table: string;
  readonly search: { readonly url: string; readonly alias: string } | undefined;
  readonly awsEndpoint: string;
}

const ITEM =
  '{"PK":{"S":"PRODUCT#mine"},"SK":{"S":"DETAILS"},"status":{"S":"active"},"title":{"M":{"english":{"S":"Alphonso mangoes"}}}}';

export function ownWriteText({
  dynamodbEndpoint,
  region,
  table,
  search,
  awsEndpoint,
}: OwnWriteFacts): string {
  const lines = [
    'Write a product of your own:',
    `  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws dynamodb put-item --endpoint-url ${dynamodbEndpoint} \\`,
    `    --region ${region} --table-name ${table} --item '${ITEM}'`,
    'or without the AWS CLI:',
    `  curl -s ${dynamodbEndpoint} --user local:local --aws-sigv4 aws:amz:${region}:dynamodb \\`,
    "    -H 'content-type: application/x-amz-json-1.0' -H 'x-amz-target: DynamoDB_20120810.PutItem' \\",
    `    -d '{"TableName":"${table}","Item":${ITEM}}'`,
  ];
  if (search !== undefined)
    lines.push('and see it in the index:', `  curl -s ${search.url}/${search.alias}/_doc/mine`);
  lines.push(`SQS and S3 are at ${awsEndpoint}. Ctrl-C ends everything.`);
  return lines.join('\n');
}
