import { ServerError } from './server-error.js';
import type { Message, Wire } from './wire.js';

/** State of the transaction, as the server tells it when it is ready: none, open, failed. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** Notices, settings and notifications come at any time and belong to nobody. */
export const isAside = (type: string): boolean => type === 'N' || type === 'S' || type === 'A';

/**
 * Reads messages until the server is ready for the next, handing each to `visit`; throws what the server refused once it is ready, so that the session
 * can go on.
 */
export async function untilReady(wire: Wire, visit: (message: Message) => void): Promise<TransactionStatus> {
  let refused: ServerError | null = null;
  for (;;) {
    const message = await wire.message();
    if (message.type === 'Z') {
      const status = String.fromCharCode(message.body[0] ?? 0) as TransactionStatus;
      if (refused === null) return status;
      refused.status = status;
      throw refused;
    }
    if (message.type === 'E') {
      refused ??= ServerError.read(message.body);
      // After these no more comes
      if (refused.severity === 'FATAL' || refused.severity === 'PANIC') throw refused;
    } else if (!isAside(message.type)) visit(message);
  }
}

/** Rows that a command says it touched: the last number of its tag. */
export function affectedRows(tag: Buffer): number {
  const number = /(\d+)\0?$/.exec(tag.toString('latin1'))?.[1];
  return number === undefined ? 0 : Number(number);
}
