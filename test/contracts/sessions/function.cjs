/** The function behind the WebSocket API of the sessions contract, the same text on every engine: it reports what it is told, and does what the client asked for in its query. */
const { request } = require('node:http');

/** The status of the answer. Signed as far as any engine here looks. */
const post = (url, body) =>
  new Promise((resolve, reject) => {
    const headers = {
      Authorization: 'AWS4-HMAC-SHA256 Credential=contract/20260101/us-east-1/execute-api/aws4_request',
    };
    const sending = request(url, { method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    sending.on('error', reject);
    sending.end(body);
  });

exports.handlerWith =
  ({ REPORTS, CONNECTIONS }) =>
  async (event) => {
    const { routeKey, eventType, connectionId } = event.requestContext;
    const { name, early, refuse } = event.queryStringParameters ?? {};
    const report = { routeKey, eventType, connectionId, name, body: event.body };
    if (early) report.early = await post(`${CONNECTIONS}/@connections/${connectionId}`, 'too early');
    await post(REPORTS, JSON.stringify(report));
    return { statusCode: refuse ? 403 : 200 };
  };

exports.handler = exports.handlerWith(process.env);
