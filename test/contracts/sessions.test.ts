/** The sessions contract on the local gateway. What no engine but it can be made to answer, 429 to whoever posts too fast, is in its own tests. */
import { createRequire } from 'node:module';
import { gatewayUnderTest } from '../../local/gateway/testing.ts';
import { keepsContract } from './rule.ts';
import { collectReports, connectSessions } from './sessions/sessions.ts';
import { sessionsContract } from './sessions-contract.ts';

const { handlerWith } = createRequire(import.meta.url)('./sessions/function.cjs');

keepsContract('sessions', sessionsContract, 'gateway', async () => {
  const reports = await collectReports();
  const environment = { REPORTS: reports.url, CONNECTIONS: '' };
  const handler = (event: unknown) => handlerWith(environment)(event);
  const { gateway } = await gatewayUnderTest({ connect: handler, message: handler, disconnect: handler });
  environment.CONNECTIONS = gateway.connectionsUrl;
  const port = connectSessions({
    webSocketUrl: gateway.wsUrl,
    connectionsUrl: gateway.connectionsUrl,
    reports,
  });
  return {
    port,
    async stop() {
      port.client.destroy();
      await gateway.close();
      port.close();
    },
  };
});
