/**
 * Serves one function as Lambda serves it in an execution environment: loaded once, then one invocation at a time, each with
 * Lambda's context object (Lambda developer guide, "nodejs-context"). What it runs in, a thread or a process, gives the port.
 */
import { pathToFileURL } from 'node:url';
import type { ErrorText, InvokeMessage, WorkerMessage, WorkerSettings } from './protocol.ts';

export interface FunctionPort {
  post(message: WorkerMessage): void;
  onInvoke(invoke: (message: InvokeMessage) => void): void;
}

type Handler = (event: unknown, context: unknown) => unknown;

/** Resolves when the function is loaded, or has failed to load; the port has been told. */
export async function serveFunction(settings: WorkerSettings, port: FunctionPort): Promise<void> {
  // A worker's own stdout is lost when the worker is terminated: lines go through the port instead.
  captureLines(process.stdout, port);
  captureLines(process.stderr, port);
  try {
    const module = (await import(pathToFileURL(settings.file).href)) as Record<string, unknown>;
    const handler = module[settings.exportName];
    if (typeof handler !== 'function')
      throw new TypeError(`it exports no function named ${settings.exportName}`);
    port.onInvoke((message) => void invoke(handler as Handler, message, settings, port));
    port.post({ kind: 'ready' });
  } catch (error) {
    port.post({ kind: 'init-failed', ...errorText(error) });
  }
}

async function invoke(
  handler: Handler,
  message: InvokeMessage,
  settings: WorkerSettings,
  port: FunctionPort,
): Promise<void> {
  try {
    const result = await handler(JSON.parse(message.payload), contextOf(message, settings));
    port.post({ kind: 'returned', json: JSON.stringify(result) });
  } catch (error) {
    port.post({ kind: 'threw', ...errorText(error) });
  }
}

function contextOf({ requestId, deadlineMs }: InvokeMessage, settings: WorkerSettings) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: settings.functionArn,
    memoryLimitInMB: String(settings.memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${settings.functionName}`,
    logStreamName: settings.logStreamName,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

function captureLines(stream: NodeJS.WriteStream, port: FunctionPort): void {
  let rest = '';
  stream.write = ((chunk: string | Uint8Array, ...others: unknown[]): boolean => {
    const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))).split(
      '\n',
    );
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') port.post({ kind: 'log', line });
    const done = others.findLast((argument) => typeof argument === 'function');
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }) as typeof stream.write;
}

function errorText(error: unknown): ErrorText {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}
