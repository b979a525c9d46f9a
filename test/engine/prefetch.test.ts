import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefetch } from '../../src/engine/prefetch.js';

const each = { weigh: () => 1, budget: 3 };

async function* counting(to: number, trace: string[] = []): AsyncGenerator<number> {
  try {
    for (let n = 0; n < to; n++) {
      trace.push(`read ${n}`);
      yield n;
    }
  } finally {
    trace.push('freed');
  }
}

describe('prefetch', () => {
  it('gives every item once and in order, whatever the budget', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), fc.integer({ min: 1, max: 9 }), async (length, budget) => {
        const seen: number[] = [];
        for await (const item of prefetch(counting(length), { weigh: () => 1, budget })) {
          if (item % 3 === 0) await new Promise(setImmediate);
          seen.push(item);
        }
        expect(seen).toEqual(Array.from({ length }, (_, n) => n));
      }),
      { numRuns: 30 },
    );
  });

  it('reads no further ahead than its budget', async () => {
    const trace: string[] = [];
    const items = prefetch(counting(100, trace), each);
    await items.next();
    await new Promise(setImmediate);
    expect(trace.filter((line) => line.startsWith('read')).length).toBeLessThanOrEqual(5);
    await items.return(undefined);
    expect(trace.at(-1)).toBe('freed');
  });

  it('frees the source when the caller breaks off', async () => {
    const trace: string[] = [];
    for await (const item of prefetch(counting(100, trace), each)) if (item === 4) break;
    expect(trace.at(-1)).toBe('freed');
  });

  it('throws the error of the source behind the items that came before it', async () => {
    const failing = async function* (): AsyncGenerator<number> {
      yield* counting(3);
      throw new Error('torn');
    };
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of prefetch(failing(), each)) seen.push(item);
      })(),
    ).rejects.toThrow('torn');
    expect(seen).toEqual([0, 1, 2]);
  });

  it('survives a source that fails while the caller has gone', async () => {
    const failing = async function* (): AsyncGenerator<number> {
      yield 1;
      await new Promise(setImmediate);
      throw new Error('late');
    };
    for await (const item of prefetch(failing(), each)) if (item === 1) break;
  });
});
