/** The mail contract on the local gateway's outbox. */
import { gatewayUnderTest } from '../../local/gateway/testing.ts';
import { connectMail, mailContract } from './mail-contract.ts';
import { keepsContract } from './rule.ts';

keepsContract('mail', mailContract, 'gateway', async () => {
  const { gateway } = await gatewayUnderTest();
  const client = connectMail(gateway.url);
  return {
    port: {
      client,
      from: 'Market <no-reply@example.com>',
      sent: async () =>
        gateway.mails().map(({ messageId, from, to, subject, text, html }) => ({
          messageId,
          from,
          to,
          subject,
          text,
          html,
        })),
    },
    async stop() {
      client.destroy();
      await gateway.close();
    },
  };
});
