/**
 * Runs one function in a worker thread as Lambda runs it in an execution environment: loaded once, then one invocation at a
 * time, each with Lambda's context object (Lambda developer guide, "nodejs-context").
 */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { ErrorText, InvokeMessage, WorkerMessage, WorkerSettings } from './protocol.ts';

const settings = workerData as WorkerSettings;
const port = parentPort;
if (port === null) throw new Error('local/functions/worker.ts runs as a worker thread only');

const post = (message: WorkerMessage) => port.postMessage(message);

// A worker's own stdout is lost when the worker is terminated: lines go through the port instead.
captureLines(process.stdout);
captureLines(process.stderr);

type Handler = (event: unknown, context: unknown) => unknown;

try {
  const module = (await import(pathToFileURL(settings.file).href)) as Record<string, unknown>;
  const handler = module[settings.exportName];
  if (typeof handler !== 'function')
    throw new TypeError(`it exports no function named ${settings.exportName}`);
  port.on('message', (message: InvokeMessage) => void invoke(handler as Handler, message));
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'init-failed', ...errorText(error) });
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<void> {
  try {
    const result = await handler(JSON.parse(message.payload), contextOf(message));
    post({ kind: 'returned', json: JSON.stringify(result) });
  } catch (error) {
    post({ kind: 'threw', ...errorText(error) });
  }
}

function contextOf({ requestId, deadlineMs }: InvokeMessage) {
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

function captureLines(stream: NodeJS.WriteStream): void {
  let rest = '';
  stream.write = ((chunk: string | Uint8Array, ...others: unknown[]): boolean => {
    const lines = (rest + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))).split(
      '\n',
    );
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') post({ kind: 'log', line });
    const done = others.findLast((argument) => typeof argument === 'function');
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }) as typeof stream.write;
}

function errorText(error: unknown): ErrorText {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}
