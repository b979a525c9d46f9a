import { describe, expect, it } from '@jest/globals';
import { BufferPool } from '../src/index.js';

describe('A pool of buffers', () => {
  it('hands out what was given back, the smallest that is large enough', () => {
    const pool = new BufferPool();
    const [large, small] = [pool.take(500_000), pool.take(300_000)];
    pool.give(large);
    pool.give(small);
    expect(pool.take(299_000)).toBe(small);
    expect(pool.take(299_000)).toBe(large);
    expect(pool.take(299_000)).not.toBe(large);
  });

  it('wastes no large buffer on a small wish, and gives none that is too small', () => {
    const pool = new BufferPool();
    const given = pool.take(10_000_000);
    pool.give(given);
    expect(pool.take(1_000_000).byteLength).toBeLessThan(2_000_000);
    expect(pool.take(11_000_000).byteLength).toBeGreaterThanOrEqual(11_000_000);
    expect(pool.take(9_000_000)).toBe(given);
  });

  it('keeps no more than it may', () => {
    const pool = new BufferPool(1_000_000);
    const [first, second] = [pool.take(700_000), pool.take(700_000)];
    pool.give(first);
    pool.give(second);
    expect(pool.take(700_000)).toBe(first);
    expect(pool.take(700_000)).not.toBe(second);
  });

  it('refuses what is given back twice: two batches would share it', () => {
    const pool = new BufferPool();
    const given = pool.take(10);
    pool.give(given);
    expect(() => pool.give(given)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('gives views of exactly the length that is asked for', () => {
    const pool = new BufferPool();
    expect(pool.takeBytes(100)).toHaveLength(100);
    const integers = pool.takeIntegers(100);
    expect(integers).toHaveLength(100);
    pool.give(integers.buffer);
    expect(pool.takeBytes(65_536).buffer).toBe(integers.buffer);
  });
});
