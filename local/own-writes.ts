/** How a user writes items of their own into the running system, and sees what they bring about: commands to copy. */

export interface OwnWriteFacts {
  readonly region: string;
  /** Absent where the template has no such table. */
  readonly products: OwnTable | undefined;
  readonly bids: OwnTable | undefined;
  /** Of the users' profiles; absent where those of the recorded day are there. */
  readonly profiles: OwnTable | undefined;
  readonly search: { readonly url: string; readonly alias: string } | undefined;
  readonly awsEndpoint: string;
  readonly gatewayUrl: string;
}

export interface OwnTable {
  readonly table: string;
  /** URL of the DynamoDB that holds it. */
  readonly endpoint: string;
}

const PRODUCT =
  '{"PK":{"S":"PRODUCT#mine"},"SK":{"S":"DETAILS"},"status":{"S":"active"},"title":{"M":{"english":{"S":"Alphonso mangoes"}}}}';

/** Two of the recorded day: a vendor who reads Bengali, a buyer who reads Tamil. */
const READERS = [
  ['vendor-586', 'bengali'],
  ['buyer-1003', 'tamil'],
] as const;
const BID =
  '"PK":{"S":"PRODUCT#mine"},"SK":{"S":"BID#mine"},"buyer_id":{"S":"buyer-1003"},"vendor_id":{"S":"vendor-586"},"amount":{"N":"42"},"quantity":{"N":"10"},"unit":{"S":"kg"}';

export function ownWriteText(facts: OwnWriteFacts): string {
  const { products, bids, profiles, search, region } = facts;
  const lines: string[] = [];
  if (products !== undefined) {
    lines.push('Write a product of your own with the AWS CLI (or any SDK, which reads the same variables):');
    lines.push(...variables(products, region), awsCli(products, PRODUCT));
    lines.push('or without it:', ...curl(products, region, PRODUCT));
    if (search !== undefined)
      lines.push('and see it in the index:', `  curl -s ${search.url}/${search.alias}/_doc/mine`);
  }
  if (bids !== undefined) {
    if (profiles !== undefined)
      lines.push(
        'Say what its vendor and its buyer read, Bengali and Tamil:',
        ...READERS.flatMap(([id, language]) => curl(profiles, region, profile(id, language))),
      );
    lines.push(
      'Listen in two other terminals, as its vendor and as its buyer:',
      ...READERS.map(([id]) => `  npm run streamkeeper -- listen --user ${id}`),
      'then bid for it, which the vendor hears of, and accept the bid, which the buyer hears of:',
      ...curl(bids, region, `{${BID},"status":{"S":"pending"}}`),
      ...curl(bids, region, `{${BID},"status":{"S":"accepted"}}`),
    );
  }
  lines.push(`E-mails that were sent: curl -s ${facts.gatewayUrl}/local/mails`);
  lines.push(`SQS and S3 are at ${facts.awsEndpoint}. Ctrl-C ends everything.`);
  return lines.join('\n');
}

function profile(id: string, language: string): string {
  return `{"PK":{"S":"USER#${id}"},"SK":{"S":"PROFILE"},"languages":{"L":[{"S":"${language}"}]}}`;
}

function variables({ endpoint }: OwnTable, region: string): string[] {
  return [
    `  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=${region} AWS_DEFAULT_REGION=${region} \\`,
    `    AWS_ENDPOINT_URL_DYNAMODB=${endpoint}`,
  ];
}

function awsCli({ table }: OwnTable, item: string): string {
  return `  aws dynamodb put-item --table-name ${table} --item '${item}'`;
}

function curl({ table, endpoint }: OwnTable, region: string, item: string): string[] {
  return [
    `  curl -s ${endpoint} --user local:local --aws-sigv4 aws:amz:${region}:dynamodb \\`,
    "    -H 'content-type: application/x-amz-json-1.0' -H 'x-amz-target: DynamoDB_20120810.PutItem' \\",
    `    -d '{"TableName":"${table}","Item":${item}}'`,
  ];
}
