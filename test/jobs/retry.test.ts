import { describe, expect, it } from '@jest/globals';
import { EtlError } from '@etl/sdk';
import { withRetries } from '../../src/jobs/retry.js';

const locked = (): EtlError => new EtlError('LOCKED', 'Another program holds the file');

describe('withRetries', () => {
  const options = (waits: number[]) => ({
    policy: { retries: 3, wait: 100 },
    signal: new AbortController().signal,
    onRetry: (_: EtlError, next: { wait: number }) => void waits.push(next.wait),
    sleep: async () => undefined,
  });

  it('repeats what may pass, with longer waits, and answers what the last attempt gives', async () => {
    const waits: number[] = [];
    let attempts = 0;
    const answer = await withRetries(async () => {
      if (++attempts < 4) throw locked();
      return 'done';
    }, options(waits));
    expect(answer).toBe('done');
    expect(waits).toHaveLength(3);
    for (const [index, wait] of waits.entries()) expect(wait / (100 * 3 ** index)).toBeGreaterThanOrEqual(1);
  });

  it('gives up behind the last attempt with its error', async () => {
    await expect(withRetries(async () => Promise.reject(locked()), options([]))).rejects.toMatchObject({ code: 'LOCKED' });
  });

  it('never repeats what cannot pass', async () => {
    let attempts = 0;
    const work = async (): Promise<never> => {
      attempts++;
      throw new EtlError('AUTH_FAILED', 'Wrong password');
    };
    await expect(withRetries(work, options([]))).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    expect(attempts).toBe(1);
  });

  it('ends the waiting when it is interrupted', async () => {
    const controller = new AbortController();
    const work = withRetries(async () => Promise.reject(locked()), {
      policy: { retries: 3, wait: 60_000 },
      signal: controller.signal,
      onRetry: () => {
        setImmediate(() => {
          controller.abort();
        });
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
