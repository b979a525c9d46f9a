import type { Connection, ConnectionOptions } from 'mysql2';
import type * as mysql2 from 'mysql2';
import { offerArrays } from './array-protocol.js';
import { handsOutPackets } from './row-packets.js';

export type Driver = typeof mysql2;

/** The driver, loaded when a connection first needs it. */
export async function loadDriver(): Promise<{ readonly mysql: Driver; readonly raw: boolean }> {
  const { default: mysql } = (await import('mysql2')) as unknown as { readonly default: Driver & { createQuery: never } };
  return { mysql, raw: handsOutPackets(mysql) };
}

/** Signs in; fails with the native error and leaves nothing open. */
export function signIn({ mysql }: { readonly mysql: Driver }, options: ConnectionOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection = mysql.createConnection(options);
    offerArrays(connection);
    const fail = (error: Error): void => {
      connection.destroy();
      reject(error);
    };
    // The driver tells some failures twice
    connection.on('error', fail);
    connection.connect((error) => {
      if (error !== null) {
        fail(error);
        return;
      }
      connection.removeListener('error', fail);
      resolve(connection);
    });
  });
}
