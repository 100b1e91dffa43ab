/** The other side of `node-process.ts`: takes the orders, and ends with whoever gives them. */
import type { Order } from '../node-process.ts';

/** @param start resolves to what ends it in order */
export function obey<Settings, Message extends object>(
  start: (settings: Settings) => Promise<(() => Promise<void>) | undefined>,
  onOther: (message: Message) => void = () => {},
): void {
  let stop: (() => Promise<void>) | undefined;
  process.on('message', (message: Order<Settings> | Message) => {
    const order = message as Order<Settings>;
    if (order.kind === 'start')
      start(order.settings).then((stops) => {
        stop = stops;
      }, fail);
    else if (order.kind === 'stop') Promise.resolve(stop?.()).then(() => process.exit(0), fail);
    else onOther(message as Message);
  });
  process.on('disconnect', () => process.exit(0));
}

export function tell(message: object): void {
  if (process.connected) process.send?.(message, () => {});
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
