import { createServer, connect, type Server } from 'node:net';
import { nativeCode, type Json } from '@etl/sdk';

/** A listening local socket that tells everyone who connects who holds it. It does not keep the process alive. */
export async function listenWithAnswer(address: string, answer: Json): Promise<Server> {
  const line = `${JSON.stringify(answer)}\n`;
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // whoever asked has gone: nothing is lost
    socket.end(line);
    socket.unref();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  server.unref();
  return server;
}

/** What the kernel says of a socket: `dead` when nobody listens any more, `gone` when there is none of that name. A stopped process is alive. */
export type Probed = 'alive' | 'dead' | 'gone';

/** Asks the kernel alone; the process behind the socket need not do anything. */
export function probeSocket(address: string): Promise<Probed> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve('alive');
    });
    socket.once('error', (error) => resolve(refusal(nativeCode(error))));
  });
}

const refusal = (code: string | undefined): Probed => {
  if (code === 'ECONNREFUSED') return 'dead';
  return code === 'ENOENT' ? 'gone' : 'alive'; // any other, such as a full queue: somebody is there
};

/** The answer of whoever listens; null when none comes within `patience` milliseconds (a stopped process), undefined when nobody listens. */
export function askSocket(address: string, patience = 500): Promise<Json | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    const done = (answer: Json | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => done(null), patience);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => done(parsed(text)));
    socket.on('error', (error) => done(refusal(nativeCode(error)) === 'alive' ? null : undefined));
  });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null; // a half answer of a process that ends: it was alive, and that is what was asked
  }
}
