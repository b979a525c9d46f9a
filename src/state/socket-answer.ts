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

/** `alive` is the kernel's word, so a stopped process is alive too; its answer is then null. `gone`: there is no socket of that name at all. */
export type Asked = { readonly alive: false; readonly gone: boolean } | { readonly alive: true; readonly answer: Json };

const refusal = (code: string | undefined): Asked => {
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return { alive: false, gone: code === 'ENOENT' };
  return { alive: true, answer: null }; // such as a full queue: somebody is there
};

/** Asks a local socket who holds it; waits at most `patience` milliseconds for the answer. */
export function askSocket(address: string, patience = 500): Promise<Asked> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    const done = (asked: Asked): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(asked);
    };
    const timer = setTimeout(() => done({ alive: true, answer: null }), patience);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith('\n')) done({ alive: true, answer: parsed(text) });
    });
    socket.on('end', () => done({ alive: true, answer: parsed(text) }));
    socket.on('error', (error) => done(refusal(nativeCode(error))));
  });
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null; // a half answer of a process that ends: it was alive, and that is what was asked
  }
}
