/** The WebSocket API of the template, as the gateway needs it: its stage, and which function stands behind which route. */
import { Problem } from '../problem.ts';

export interface ReadApi {
  readonly apiId: string;
  readonly stage: string;
  /** Route key to the name of its function. */
  readonly routes: Readonly<Record<string, string>>;
  readonly authorizer?: string;
  readonly routeSelectionExpression: string;
}

/** A resource with its properties resolved. */
interface Resolved {
  readonly ref: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** @throws Problem when there is more than one, or what one refers to is not there */
export function readWebSocketApi(ofType: (type: string) => readonly Resolved[]): ReadApi | undefined {
  const of = (kind: string) => ofType(`AWS::ApiGatewayV2::${kind}`);
  const [api, another] = of('Api').filter(({ properties }) => properties['ProtocolType'] === 'WEBSOCKET');
  if (api === undefined) return undefined;
  if (another !== undefined)
    throw new Problem(`template: the local run serves one WebSocket API, not ${api.ref} and ${another.ref}`);
  const ofApi = (kind: string) => of(kind).filter(({ properties }) => properties['ApiId'] === api.ref);
  const stage = ofApi('Stage')[0]?.properties['StageName'];
  if (typeof stage !== 'string') throw new Problem('template: the WebSocket API has no stage');

  const routes: Record<string, string> = {};
  let authorizer: string | undefined;
  for (const { properties } of ofApi('Route')) {
    const key = String(properties['RouteKey']);
    const target = String(properties['Target']).replace(/^integrations\//, '');
    const integration = ofApi('Integration').find(({ ref }) => ref === target);
    routes[key] = functionIn(integration?.properties['IntegrationUri'], `route ${key}`);
    if (key !== '$connect' || properties['AuthorizerId'] === undefined) continue;
    const gate = ofApi('Authorizer').find(({ ref }) => ref === properties['AuthorizerId']);
    authorizer = functionIn(gate?.properties['AuthorizerUri'], `the authorizer of ${key}`);
  }
  return {
    apiId: api.ref,
    stage,
    routes,
    ...(authorizer === undefined ? {} : { authorizer }),
    routeSelectionExpression: String(api.properties['RouteSelectionExpression'] ?? '$request.body.action'),
  };
}

/** From the form in which API Gateway names a function (API reference, CreateIntegration, integrationUri). */
function functionIn(uri: unknown, of: string): string {
  const name = typeof uri === 'string' ? /:function:([^:/]+)/.exec(uri)?.[1] : undefined;
  if (name === undefined)
    throw new Problem(`template: the WebSocket API, ${of}: no function stands behind it`);
  return name;
}
