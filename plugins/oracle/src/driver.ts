import type OracleDb from 'oracledb';

export type Driver = typeof OracleDb;
export type { BindDefinition, Connection, ConnectionAttributes, ResultSet } from 'oracledb';

/** The driver, loaded when a connection first needs it. It stays in thin mode: no client library is looked for. */
export async function loadDriver(): Promise<Driver> {
  const { default: driver } = await import('oracledb');
  return driver;
}
