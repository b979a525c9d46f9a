/** What is used of the driver: signing in. Its private parts (`connection.stream`) are pinned with its version, and a test fails when they move. */
declare module 'pg' {
  import type { Socket } from 'node:net';
  import type { ConnectionOptions } from 'node:tls';

  interface ClientConfig {
    /** The socket to connect by; undefined: one of its own. */
    readonly stream?: Socket;
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
    readonly password: () => string;
    readonly ssl: ConnectionOptions | false;
    readonly application_name: string;
    readonly connectionTimeoutMillis: number;
    readonly keepAlive: boolean;
    readonly keepAliveInitialDelayMillis: number;
    readonly enableChannelBinding: boolean;
  }

  export class Client {
    constructor(config: ClientConfig);
    readonly connection: { readonly stream: Socket };
    readonly processID: number | null;
    readonly secretKey: number | null;
    connect(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
    end(): Promise<void>;
  }
}
