import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Chunk } from '@etl/sdk';
import { textRowsOf } from '@etl/testkit';
import { createHash } from 'node:crypto';
import { PostgresHarness } from './postgres-harness.js';
import { connect } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
}, 60_000);
afterAll(() => harness.remove());

/** Takes those out that are let go of now. */
type Release = (held: Chunk[], read: number) => unknown;

/** How each row reads at the moment when its chunk is let go of. */
async function digests(release: Release): Promise<string[]> {
  const connection = await connect(harness.connection());
  const extractor = await connection.extractor?.({ table: 'measured' });
  if (extractor === undefined) throw new Error('no extractor');
  const { schema, parts } = await extractor.plan({ since: null, hold: null, parts: 1 });
  const held: Chunk[] = [];
  const seen: string[] = [];
  const letGo = (chunks: readonly Chunk[]): void => {
    for (const { batch, release } of chunks) {
      for (const row of textRowsOf(schema, batch)) seen.push(createHash('md5').update(JSON.stringify(row)).digest('hex'));
      release?.();
    }
  };
  let read = 0;
  for (const part of parts)
    for await (const chunk of extractor.read(part, null)) {
      held.push(chunk);
      const kept = [...held];
      release(held, read++);
      letGo(kept.filter((one) => !held.includes(one)));
    }
  letGo(held);
  await extractor.close();
  await connection.close();
  return seen.sort();
}

it('a read gives the same rows whenever and in whatever order its batches are released', async () => {
  // Floats and zones are written anew, and some rows are longer than a buffer of the wire
  await harness.server.sql(
    `create table measured as
       select n, n / 7.0::float8 as f, now() - n * interval '1 second' as at, n::text || repeat(md5(n::text), 8) as t,
              case when n % 20000 = 0 then repeat('long ', 700000) end as long
       from generate_series(1, 60000) n`,
  );
  const never = await digests(() => undefined);
  expect(never).toHaveLength(60_000);
  expect(new Set(never).size).toBe(60_000);
  const atOnce: Release = (held) => held.splice(0);
  const late: Release = (held) => held.splice(0, held.length > 9 ? 1 : 0);
  const inOddOrder: Release = (held, read) => held.splice((read * 7) % held.length, held.length > 5 ? 1 + (read % 3) : 0);
  for (const release of [atOnce, late, inOddOrder]) expect(await digests(release)).toEqual(never);
}, 60_000);
