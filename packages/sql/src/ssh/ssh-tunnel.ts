import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Client } from 'ssh2';
import type { SshOptions } from './ssh-options.js';
import { signInSsh, type SshSession } from './ssh-sign-in.js';

/** A way to servers that only an SSH server reaches. */
export interface SshTunnel {
  /**
   * A port of this machine that leads to a server as the SSH server sees it; the same for the same server. It listens on loopback only. Throws what signing
   * in throws: UNREACHABLE, TIMEOUT, AUTH_FAILED, NOT_FOUND, CONFIG_INVALID.
   */
  lead(server: { readonly host: string; readonly port: number }): Promise<{ readonly host: string; readonly port: number }>;
  /** Signs in if that has not happened yet; answers whom the server proved to be. */
  check(): Promise<string>;
  close(): Promise<void>;
}

/** Signs in when it is first used, and anew when the SSH server was gone. Relative paths begin at `directory`. */
export function sshTunnel(options: SshOptions, directory: string): SshTunnel {
  let signedIn: Promise<SshSession> | null = null;
  const listeners = new Map<string, Promise<Server>>();
  const sockets = new Set<Socket>();

  const signIn = (): Promise<SshSession> => {
    signedIn ??= signInSsh(options, directory).then(
      (session) => {
        session.client.once('close', () => (signedIn = null));
        return session;
      },
      (error: unknown) => {
        signedIn = null;
        throw error;
      },
    );
    return signedIn;
  };

  const listen = async (host: string, port: number): Promise<Server> => {
    await signIn();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.setNoDelay(true);
      signIn().then(
        ({ client }) => carry(client, socket, { host, port }),
        (error: unknown) => socket.destroy(error instanceof Error ? error : undefined),
      );
      socket.on('error', () => socket.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  return {
    async lead({ host, port }) {
      const name = `${host}:${port}`;
      const listening = listeners.get(name) ?? listen(host, port);
      listeners.set(name, listening);
      try {
        return { host: '127.0.0.1', port: ((await listening).address() as AddressInfo).port };
      } catch (error) {
        listeners.delete(name);
        throw error;
      }
    },
    check: async () => `${options.user}@${options.host}:${options.port}, whose key is ${(await signIn()).fingerprint}`,
    async close() {
      for (const listening of listeners.values()) (await listening.catch(() => null))?.close();
      listeners.clear();
      for (const socket of sockets) socket.destroy();
      const session = await signedIn?.catch(() => null);
      if (session == null) return;
      const ended = once(session.client, 'close');
      session.client.end();
      await ended;
    },
  };
}

/** Joins a connection of this machine to one that the SSH server makes. */
function carry(client: Client, socket: Socket, { host, port }: { readonly host: string; readonly port: number }): void {
  client.forwardOut('127.0.0.1', socket.remotePort ?? 0, host, port, (error, channel) => {
    if (error !== undefined) {
      socket.destroy(error);
      return;
    }
    // A side that breaks takes the other with it: the driver then says that its connection was cut
    channel.on('error', () => socket.destroy());
    socket.on('error', () => channel.destroy());
    socket.on('close', () => channel.destroy());
    socket.pipe(channel).pipe(socket);
  });
}
