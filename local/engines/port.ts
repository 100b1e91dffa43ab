/** Ports of the engines: a free one by default, or the one the user asked for, refused with a clear line if it is taken. */
import { connect, createServer } from 'node:net';
import { Problem } from '../problem.ts';

/**
 * @param wanted 0 for any free port
 * @param option the option that sets it, for the message
 * @throws Problem when the port cannot be listened on
 */
export function choosePort(wanted: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${error.code ?? error.message})`;
      reject(
        new Problem(`${option}: port ${wanted} ${why}; give another one, or leave it out to get a free one`),
      );
    });
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}

/** Does somebody accept connections there? */
export function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
