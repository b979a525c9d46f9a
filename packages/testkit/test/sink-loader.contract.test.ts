import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { emptyDocument, noCounts, type Context, type LoadCounts } from '@etl/sdk';
import { batchOf, describeLoader, field, memoryStateStore, schemaOf, testContext, text, type TextRow } from '@etl/testkit';
import { readSink, sinkConnector } from './sink-connector.js';

const folder = await mkdtemp(join(tmpdir(), 'etl-sink-'));

describeLoader({ describe, it }, sinkConnector(folder), {
  connection: () => ({}),
  target: (table) => ({ table }),
  rows: (table) => readSink(folder, table),
  objects: () => readdir(folder),
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a sink load that is cut off', () => {
  const schema = schemaOf(field('name', text));
  const target = {
    id: 'job/load',
    fingerprint: 'f',
    plan: null,
    parts: ['p'],
    schema,
    mode: 'replace',
    key: [],
    policy: 'evolve',
    takeOver: false,
  } as const;

  /** Loads once, as the engine does: what this run has published already is not loaded again. */
  const loadOnce = async (
    context: Context,
    table: string,
    { run, rows }: { run: string; rows: readonly TextRow[] },
  ): Promise<LoadCounts> => {
    const connection = await sinkConnector(folder).open({}, context);
    const loader = await connection.loader?.({ table });
    if (loader === undefined) throw new Error('the sink connector has a loader');
    const { epoch, published } = await loader.state(target.id);
    if (published?.run === run) return published.counts;
    const load = await loader.begin({ ...target, epoch, run });
    const writer = await load.part('p');
    await writer.write(batchOf(schema, rows, { form: 'text', part: 'p', first: 0 }));
    await writer.flush();
    await writer.save(null);
    const sealed = await load.seal();
    return load.publish({ run, rows: sealed.rows, cursors: { d: run }, summary: run });
  };

  for (const point of ['sink.begun', 'sink.prepared', 'sink.intended', 'sink.finished', 'sink.published'])
    it(`at ${point} ends like one that was not, when it is run again`, async () => {
      const state = memoryStateStore();
      const table = `cut ${point}`;
      const context = (failpoint: (name: string) => Promise<void>): Context =>
        testContext({ directory: folder, temporary: folder, state, signal: new AbortController().signal, failpoint });
      const undisturbed = context(async () => undefined);
      await loadOnce(undisturbed, table, { run: 'before', rows: [['1', 'old']] });
      const passed: string[] = [];
      const cut = context(async (name) => {
        passed.push(name);
        if (name === point) throw new Error('cut off');
      });
      const next = {
        run: 'next',
        rows: [
          ['1', 'new'],
          ['2', 'new'],
        ],
      };
      await expect(loadOnce(cut, table, next)).rejects.toThrow('cut off');
      expect(passed.at(-1)).toBe(point);
      // Readers see the old rows or the new ones, whenever it happened.
      expect([1, 2]).toContain((await readSink(folder, table))?.rows.length);
      expect(await loadOnce(undisturbed, table, next)).toEqual({ ...noCounts, in: 2, inserted: 2 });
      expect((await readSink(folder, table))?.rows).toEqual(next.rows);
      const loader = await (await sinkConnector(folder).open({}, undisturbed)).loader?.({ table });
      const { published, cursors, unfinished } = (await loader?.state(target.id)) ?? emptyDocument;
      expect([published?.run, published?.summary, cursors, unfinished]).toEqual(['next', 'next', { d: 'next' }, null]);
    });
});
