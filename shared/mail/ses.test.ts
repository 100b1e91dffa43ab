/** Sending through the real SES client, against an HTTP server in its place. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createSesClient, sesMailer } from './ses.ts';

const mail = { to: 'asha@example.com', subject: 'Réservé', html: '<p>Hi</p>', text: 'Hi' };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What the mailer says about a mail that SES answers like this, and the requests that SES saw. */
async function sent(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  signal = new AbortController().signal,
) {
  const requests: { path: string | undefined; body: unknown }[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<number>();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ path: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) });
      answer(response, request);
    });
  }).listen(0, '127.0.0.1', () => {
    const address = server?.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
  const client = createSesClient({
    endpoint: `http://127.0.0.1:${await listening}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const outcome = await sesMailer(client, '"Market" <bookings@example.com>')(mail, signal);
  client.destroy();
  return { outcome, requests };
}

const refuse = (status: number, type: string) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ message: 'Email address is not verified: asha@example.com' }));
};

describe('sesMailer', () => {
  it('sends one mail with both parts, in UTF-8', async () => {
    const { outcome, requests } = await sent((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"MessageId":"m1"}');
    });
    expect(outcome).toEqual({ kind: 'applied' });
    const part = (Data: string) => ({ Data, Charset: 'UTF-8' });
    expect(requests).toEqual([
      {
        path: '/v2/email/outbound-emails',
        body: {
          FromEmailAddress: '"Market" <bookings@example.com>',
          Destination: { ToAddresses: ['asha@example.com'] },
          Content: {
            Simple: { Subject: part('Réservé'), Body: { Html: part('<p>Hi</p>'), Text: part('Hi') } },
          },
        },
      },
    ]);
  });

  it.each(['BadRequestException', 'MessageRejected'])(
    'is refused for good by %s, without its text',
    async (type) => {
      const { outcome } = await sent(refuse(400, type));
      expect(outcome).toEqual({ kind: 'poison', failure: { code: 'MAIL_REFUSED', type } });
    },
  );

  it.each([
    [400, 'SendingPausedException'],
    [400, 'AccountSuspendedException'],
    [400, 'MailFromDomainNotVerifiedException'],
    [400, 'LimitExceededException'],
    [403, 'AccessDeniedException'],
    [404, 'NotFoundException'],
    [429, 'TooManyRequestsException'],
    [500, 'InternalServiceErrorException'],
  ])('is unsettled after %i %s, and was sent once', async (status, type) => {
    const { outcome, requests } = await sent(refuse(status, type));
    expect(outcome).toEqual({ kind: 'transient', failure: { code: 'MAIL_NOT_SENT', type } });
    expect(requests).toHaveLength(1);
  });

  it('is unsettled when the connection breaks or its time is over, and was sent once', async () => {
    const broken = await sent((_, request) => request.socket.destroy());
    expect(broken.outcome).toMatchObject({ kind: 'transient', failure: { code: 'MAIL_NOT_SENT' } });
    expect(broken.requests).toHaveLength(1);
    const controller = new AbortController();
    const late = await sent(() => controller.abort(), controller.signal);
    expect(late.outcome).toMatchObject({ kind: 'transient', failure: { code: 'MAIL_NOT_SENT' } });
  });
});
