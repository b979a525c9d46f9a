import type { EtlError } from '@etl/sdk';
import { cancelled } from '../engine/lane.js';
import { isEtlError } from '@etl/sdk';

export interface RetryPolicy {
  /** Attempts behind the first one. */
  readonly retries: number;
  /** Milliseconds before the first of them; each further wait is three times as long, and up to a fifth is random. */
  readonly wait: number;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly onRetry: (error: EtlError, next: { readonly attempt: number; readonly wait: number }) => void;
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Repeats what failed for a reason that may pass; every other error is thrown at once. An interruption ends the waiting. */
export async function withRetries<T>(work: () => Promise<T>, { policy, signal, onRetry, sleep = sleepUntil }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isEtlError(error) || !error.transient || attempt > policy.retries || signal.aborted) throw error;
      const wait = Math.round(policy.wait * 3 ** (attempt - 1) * (1 + Math.random() / 5));
      onRetry(error, { attempt, wait });
      await sleep(wait, signal);
      if (isAborted(signal)) throw cancelled();
    }
  }
}

/** Asked again behind a wait, in which it may have fired. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

function sleepUntil(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}
