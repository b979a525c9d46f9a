import type { Json } from '@etl/sdk';
import { nativeCode } from '@etl/sdk';
import type { Attempt } from './lock-attempt.js';
import { askSocket, listenWithAnswer } from './socket-answer.js';

/** A lock by an address that the kernel gives to one process only and takes back itself: a Windows pipe, an abstract Linux socket. */
export async function addressLock(address: string, answer: Json): Promise<Attempt> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const server = await listenWithAnswer(address, answer);
      return { lock: { release: async () => void server.close() } };
    } catch (cause) {
      if (nativeCode(cause) !== 'EADDRINUSE') throw cause;
      const holder = await askSocket(address);
      if (holder !== undefined) return { holder };
      if (attempt === 10) return { holder: null }; // taken and freed ten times in a row: others are at it
    }
  }
}
