/** `npm run deploy` as its users meet it: one line of what is wrong, or the CDK command line with what it says and how it ends. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-deploy-'));
let aws: Server;
let url: string;

/** An account that is new: it answers who it is, and has no toolkit. */
beforeAll(async () => {
  aws = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (body.includes('Action=GetCallerIdentity'))
        response.end(
          '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        );
      else if (body.includes('Action=DescribeStacks'))
        response
          .writeHead(400)
          .end(
            '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id CDKToolkit does not exist</Message></Error></ErrorResponse>',
          );
      else response.writeHead(403).end('{"message":"not allowed"}');
    });
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  // In the place of npx: says what it is called with, and ends as it is told.
  const npx = join(folder, 'npx');
  writeFileSync(npx, '#!/bin/sh\necho "$AWS_REGION" "$@"\nexit "$CDK_ENDS_WITH"\n');
  chmodSync(npx, 0o755);
});
afterAll(() => {
  aws.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly lines: readonly string[];
}

function deploy(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'deploy.ts'), ...args], {
      // Neither an account nor a home, and nobody who answers.
      env: {
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        HOME: folder,
        AWS_EC2_METADATA_DISABLED: 'true',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (status) => resolve({ status, stdout, lines: stderr.trim().split('\n') }));
  });
}

const account = () => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'ap-south-1',
});

test.each([
  ["the emulator's stage", ['--stage', 'rehearsal', '--yes'], 'is for an emulator'],
  ['nobody to answer', ['--stage', 'dev'], 'say --yes'],
  ['no region', ['--stage', 'dev', '--check'], 'no AWS region is set'],
  ['no credentials', ['--stage', 'dev', '--check', '--region', 'us-east-1'], 'no usable AWS credentials'],
])('%s exits 2 with one line', async (_what, args, said) => {
  const { status, stdout, lines } = await deploy(args);
  expect(lines).toEqual([expect.stringContaining(said)]);
  expect([status, stdout]).toEqual([2, '']);
});

test('what is missing is said, and nothing is handed to the CDK', async () => {
  const { status, stdout, lines } = await deploy(['--stage', 'dev', '--yes'], account());
  expect(lines[0]).toMatch(/^deploy: missing: account 123456789012 .* ap-south-1: .*bootstrap --stage dev$/);
  expect([status, stdout]).toEqual([2, '']);
});

test('the CDK is called for the account and region that were looked at, and its end is ours', async () => {
  for (const code of [0, 1]) {
    const { status, stdout } = await deploy(['bootstrap', '--stage', 'dev'], {
      ...account(),
      CDK_ENDS_WITH: String(code),
    });
    expect(stdout).toMatch(/^ap-south-1 --yes aws-cdk@\S+ bootstrap aws:\/\/123456789012\/ap-south-1\n$/);
    expect(status).toBe(code);
  }
});
