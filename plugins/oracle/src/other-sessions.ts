import { EtlError } from '@etl/sdk';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './driver.js';
import { nativeKey, oracleError } from './oracle-errors.js';

/** Milliseconds that ended sessions may take until they are gone: they roll back first. */
const patience = 60_000;
/** The user may not see or end sessions, not even its own; or they are gone. */
const notAllowed: ReadonlySet<string> = new Set(['ORA-00942', 'ORA-01031', 'ORA-00030', 'ORA-00026']);

/**
 * Ends all other sessions of a tag, which is their module, and waits until they are gone. It takes the right to see V$SESSION and ALTER SYSTEM; without them
 * nothing is ended, and the fence of the load alone keeps an older run from changing anything.
 */
export async function endOtherSessions(connection: Connection, tag: string): Promise<void> {
  const until = Date.now() + patience;
  try {
    for (;;) {
      const others = await sessionsOf(connection, tag);
      if (others.length === 0) return;
      if (Date.now() > until)
        throw new EtlError('LOCKED', 'The sessions of an older run do not end', {
          hint: 'End them on the server: alter system kill session',
        });
      for (const session of others) await end(connection, session);
      await sleep(20);
    }
  } catch (cause) {
    if (cause instanceof EtlError) throw cause;
    if (!notAllowed.has(nativeKey(cause))) throw oracleError('The sessions of an older run cannot be ended', cause);
  }
}

async function sessionsOf(connection: Connection, tag: string): Promise<readonly string[]> {
  const { rows } = await connection.execute<[number, number]>(
    `select sid, serial# from v$session where module = :1 and sid <> to_number(sys_context('USERENV', 'SID')) and username = sys_context('USERENV', 'SESSION_USER')`,
    [tag],
  );
  return (rows ?? []).map(([sid, serial]) => `${sid},${serial}`);
}

async function end(connection: Connection, session: string): Promise<void> {
  await connection.execute(`alter system kill session '${session}' immediate`).catch((cause: unknown) => {
    if (!['ORA-00030', 'ORA-00031', 'ORA-00026'].includes(nativeKey(cause))) throw cause;
  });
}
