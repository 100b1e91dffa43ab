/** A deployed stage is found by its stacks' names, whatever else there is in the account, over CloudFormation's own protocol. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, expect, test } from 'vitest';
import { Problem } from '../../local/problem.ts';
import { describeStage } from './stacks.ts';

interface StackSketch {
  readonly name: string;
  readonly status?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly isProtected?: boolean;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Answers DescribeStacks with one page after the other. */
async function account(...pages: readonly (readonly StackSketch[])[]): Promise<CloudFormationClient> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const page = Number(new URLSearchParams(body).get('NextToken') ?? 0);
      const next = page + 1 < pages.length ? `<NextToken>${page + 1}</NextToken>` : '';
      response.setHeader('content-type', 'text/xml');
      response.end(
        `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${(pages[page] ?? []).map(xml).join('')}</Stacks>${next}</DescribeStacksResult></DescribeStacksResponse>`,
      );
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new CloudFormationClient({
    region: 'ap-south-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
}

function xml({ name, status = 'UPDATE_COMPLETE', outputs = {}, isProtected = false }: StackSketch): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<member><StackName>${name}</StackName><StackId>arn:aws:cloudformation:ap-south-1:123456789012:stack/${name}/1</StackId><StackStatus>${status}</StackStatus><EnableTerminationProtection>${isProtected}</EnableTerminationProtection><Outputs>${members.join('')}</Outputs></member>`;
}

const describe = async (...pages: readonly (readonly StackSketch[])[]) =>
  describeStage(await account(...pages), 'dev', 'ap-south-1');

test("all pages are read, and only the stage's stacks are taken", async () => {
  const found = await describe(
    [{ name: 'streamkeeper-dev-marketplace', outputs: { A: '1' } }, { name: 'CDKToolkit' }],
    [{ name: 'streamkeeper-prod-marketplace' }, { name: 'streamkeeper-dev-ek-bharath', outputs: { B: '2' } }],
  );
  expect(found).toEqual({
    stacks: [
      { name: 'streamkeeper-dev-marketplace', outputs: { A: '1' } },
      { name: 'streamkeeper-dev-ek-bharath', outputs: { B: '2' } },
    ],
    accountId: '123456789012',
    isProtected: false,
  });
});

test('a stage without stacks is a problem that names where it was looked for', async () => {
  const nothing = describe([{ name: 'streamkeeper-prod-marketplace' }]);
  await expect(nothing).rejects.toThrow(Problem);
  await expect(nothing).rejects.toThrow('streamkeeper-dev-… in ap-south-1');
});

test.each(['ROLLBACK_COMPLETE', 'DELETE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'])(
  'a stack in %s is a problem that names it',
  async (status) => {
    const found = describe([{ name: 'streamkeeper-dev-marketplace', status }]);
    await expect(found).rejects.toThrow(`streamkeeper-dev-marketplace is in ${status}`);
  },
);

test('a stack whose update failed is as it was before, and is used', async () => {
  const { stacks } = await describe([
    { name: 'streamkeeper-dev-marketplace', status: 'UPDATE_ROLLBACK_COMPLETE' },
    { name: 'streamkeeper-dev-ek-bharath', status: 'UPDATE_IN_PROGRESS' },
  ]);
  expect(stacks).toHaveLength(2);
});

test('a stage with a protected stack is production', async () => {
  const { isProtected } = await describe([{ name: 'streamkeeper-dev-marketplace', isProtected: true }]);
  expect(isProtected).toBe(true);
});
