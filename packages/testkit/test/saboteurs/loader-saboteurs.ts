import { openSync } from 'node:fs';
import { sliceBatch, type Batch, type LoadCounts, type PartWriter } from '@etl/sdk';
import { textRowsOf } from '@etl/testkit';
import { asMode, counting, firstWins, load, loader, rewriting, writer } from './loader-sabotage.js';
import type { Saboteur } from './saboteur.js';
import { withLoad, withLoader, withWriter } from './wrap-connector.js';

const leaked: unknown[] = [];
let again = 0;

export const loaderSaboteurs: readonly Saboteur[] = [
  rewriting('rounds decimals through a float', 'holds decimal(38,10) exactly', (rows, { fields }) =>
    rows.map((row) => row.map((cell, at) => (cell !== null && fields[at]?.type.kind === 'decimal' ? Number(cell).toFixed(10) : cell))),
  ),
  rewriting("takes '' for null", "holds '' beside null exactly", (rows) =>
    rows.map((row) => row.map((cell) => (cell === '' ? null : cell))),
  ),
  rewriting('trims text', 'holds text exactly', (rows) => rows.map((row) => row.map((cell) => cell?.trim() ?? null))),
  rewriting('cuts long text', 'holds a megabyte of text exactly', (rows) =>
    rows.map((row) => row.map((cell) => cell?.slice(0, 65_535) ?? null)),
  ),
  rewriting('swaps two columns', 'holds all types side by side', (rows) =>
    rows.map(([id = null, a = null, b = null, ...rest]) => [id, b, a, ...rest]),
  ),
  rewriting('writes JSON anew', 'holds JSON to the letter exactly', (rows, { fields }) =>
    rows.map((row) => row.map((cell, at) => (cell !== null && fields[at]?.type.kind === 'json' ? JSON.stringify(JSON.parse(cell)) : cell))),
  ),
  {
    does: 'ignores cells and takes only values',
    caughtBy: 'takes values and cells alike',
    connector: (memory) =>
      withWriter(memory, (inner) => ({ ...inner, write: async (batch) => (batch.text === undefined ? inner.write(batch) : undefined) })),
  },
  writer('changes the batch that it was given', 'leaves a batch as it was given', (inner) => ({
    async write(batch) {
      await inner.write(batch);
      batch.text?.bytes.fill(120);
    },
  })),
  writer('releases a batch before it reads it', 'reads a batch no more once it released it', (inner) => ({
    async write(batch, release) {
      release?.();
      await inner.write(batch);
    },
  })),
  writer('loses the last batch', 'takes batches of one row and of many', (inner) => {
    let held: Batch | undefined;
    return {
      async write(batch) {
        if (held !== undefined) await inner.write(held);
        held = batch;
      },
    };
  }),
  writer('loses the first row of a batch', 'holds int8 to its ends exactly', (inner, { schema }) => ({
    write: (batch) => inner.write(sliceBatch(schema, batch, 1, batch.length)),
  })),
  {
    does: 'writes before publish',
    caughtBy: 'shows nothing before publish',
    connector: (memory, server) =>
      withLoad(memory, (inner) => ({
        ...inner,
        async seal() {
          for (const [name, table] of server.tables)
            server.tables.set(name, { ...table, rows: [...table.rows, ...table.rows.slice(0, 1)] });
          return inner.seal();
        },
      })),
  },
  {
    does: 'leaves a table behind after discard',
    caughtBy: 'leaves nothing after discard',
    connector: (memory, server) =>
      withLoad(memory, (inner) => ({
        ...inner,
        async discard() {
          await inner.discard();
          for (const copy of ['a', 'b']) server.tables.set(`_staging_${copy}${++again}`, { fields: [], rows: [], version: 1 });
        },
      })),
  },
  load('keeps the staging at discard', 'leaves nothing after discard', () => ({ discard: async () => undefined })),
  asMode('merges by appending', 'merge inserts, updates and leaves equal rows alone', 'merge', 'append'),
  asMode('replaces by appending', 'replace leaves only the new rows', 'replace', 'append'),
  asMode('overwrites what insert-new must skip', 'insert-new skips keys that are there and changes none of them', 'insert-new', 'merge'),
  asMode(
    'replaces all where replace-by is asked',
    'replace-by exchanges the children of the parents seen, and of no other',
    'replace-by',
    'replace',
  ),
  asMode('keeps no history', 'history closes the version that was current and adds the new one', 'history', 'merge'),
  {
    does: 'takes a mode that it does not offer',
    caughtBy: 'refuses mode history, which it does not offer',
    connector: (memory) => ({ ...memory, ...(memory.loader && { loader: { ...memory.loader, modes: ['append', 'replace', 'merge'] } }) }),
  },
  loader(
    'takes the first of several rows with one key',
    'merge takes the last of several rows with one key and counts the others',
    (inner) => ({
      async begin(target) {
        const begun = await inner.begin(target);
        return { ...begun, part: async (id) => firstWins(await begun.part(id), target) };
      },
    }),
  ),
  loader(
    'takes parts in the order of their arrival',
    'takes the last row by the order of the parts, whichever part arrives first',
    (inner) => ({
      begin: (target) => inner.begin({ ...target, parts: [...target.parts].reverse() }),
    }),
  ),
  writer('swallows a row with a null key', 'merge rejects a null in the key, by its column, and loads the other rows', (inner) => ({
    async flush() {
      await inner.flush();
      return [];
    },
  })),
  writer('swallows a row that is refused', 'rejects the rows that the target refuses, by column, and loads the others', (inner) => ({
    async flush() {
      return (await inner.flush()).slice(1);
    },
  })),
  writer('does not name the column of a reject', 'rejects the rows that the target refuses, by column, and loads the others', (inner) => ({
    flush: async () => (await inner.flush()).map(({ reason, values }) => ({ reason, values })),
  })),
  writer(
    'refuses the whole batch for one bad row',
    'rejects the rows that the target refuses, by column, and loads the others',
    (inner, { schema }) => ({
      async write(batch) {
        if (textRowsOf(schema, batch).every((row) => row.every((cell) => cell !== null))) await inner.write(batch);
      },
    }),
  ),
  counting('counts updates as inserts', 'merge inserts, updates and leaves equal rows alone', (counts) => ({
    ...counts,
    inserted: counts.inserted + counts.updated,
    updated: 0,
  })),
  counting('does not count duplicates', 'merge takes the last of several rows with one key and counts the others', (counts) => ({
    ...counts,
    in: counts.in - counts.deduplicated,
    deduplicated: 0,
  })),
  counting('does not count deleted rows', 'replace-by exchanges the children of the parents seen, and of no other', (counts) => ({
    ...counts,
    deleted: 0,
  })),
  load('counts one row too many at seal', 'counts at seal what was written', (inner) => ({
    seal: async () => ({ rows: (await inner.seal()).rows + 1 }),
  })),
  load('publishes what does not balance', 'never publishes what does not balance', (inner) => ({
    publish: async (commit) => inner.publish({ ...commit, rows: (await inner.seal()).rows }),
  })),
  {
    does: 'publishes the same run twice',
    caughtBy: 'gives the first answer when the same run is loaded again',
    connector: (memory) =>
      withLoader(memory, (inner) => ({
        ...inner,
        async begin(target) {
          const begun = await inner.begin(target);
          return { ...begun, publish: (commit) => begun.publish({ ...commit, run: `${commit.run}/${++again}` }) };
        },
        async state(id) {
          const state = await inner.state(id);
          const { published } = state;
          return { ...state, published: published && { ...published, run: published.run.split('/')[0] ?? '' } };
        },
      })),
  },
  load('forgets the cursors', 'keeps cursors and summary with the rows', (inner) => ({
    publish: (commit) => inner.publish({ ...commit, cursors: {} }),
  })),
  load('forgets the summary', 'keeps cursors and summary with the rows', (inner) => ({
    publish: (commit) => inner.publish({ ...commit, summary: null }),
  })),
  {
    does: 'publishes the first of two loads alone',
    caughtBy: 'publishes two loads together or neither',
    connector: (memory) => ({
      ...memory,
      async open(config, context) {
        const connection = await memory.open(config, context);
        return {
          ...connection,
          async publish(loads) {
            const counts: LoadCounts[] = [];
            for (const { load: one, commit } of loads) counts.push(await one.publish(commit));
            return counts;
          },
        };
      },
    }),
  },
  loader('ignores the epoch at begin', 'begin with an epoch that has moved on is FENCED', (inner) => ({
    begin: async (target) => inner.begin({ ...target, epoch: (await inner.state(target.id)).epoch }),
  })),
  {
    does: 'ignores the fence at save and publish',
    caughtBy: 'of two runs at once only one loads',
    connector: (memory, server) => {
      const fence = server.fence.bind(server);
      server.fence = (id, epoch) => (epoch === server.record(id).epoch - 1 ? undefined : fence(id, epoch));
      return memory;
    },
  },
  loader('sets cursors without comparing', 'sets cursors by compare and set', (inner) => ({
    setState: async (id, _, cursors) => inner.setState(id, (await inner.state(id)).epoch, cursors),
  })),
  loader('adds cursors where it should set them', 'sets cursors by compare and set', (inner) => ({
    setState: async (id, epoch, cursors) => inner.setState(id, epoch, { ...(await inner.state(id)).cursors, ...cursors }),
  })),
  writer('forgets the mark', 'goes on after an interruption behind each mark without a gap or a repeat', () => ({ after: null })),
  writer('gives back the mark before', 'goes on after an interruption behind each mark without a gap or a repeat', (inner) => {
    let before: Parameters<PartWriter['save']>[0] = null;
    return {
      async save(mark) {
        await inner.save(before);
        before = mark;
      },
    };
  }),
  writer('saves the mark without the rows', 'goes on after an interruption behind each mark without a gap or a repeat', (inner) => ({
    flush: async () => [],
    save: inner.save,
  })),
  load('saves at suspend what had no mark', 'goes on after an interruption behind each mark without a gap or a repeat', (inner) => {
    const writers: PartWriter[] = [];
    return {
      async part(id) {
        const part = await inner.part(id);
        writers.push(part);
        return part;
      },
      async suspend() {
        for (const part of writers) {
          await part.flush();
          await part.save(part.after ?? { position: null });
        }
      },
    };
  }),
  load('drops its staging at suspend', 'keeps the mark of each part', (inner) => ({ suspend: () => inner.discard() })),
  loader('ignores the fingerprint', 'drops what is unfinished when the fingerprint changed', (inner) => ({
    begin: (target) => inner.begin({ ...target, fingerprint: 'same' }),
  })),
  {
    does: 'takes over what another run left',
    caughtBy: 'drops what another run left unfinished',
    connector: (memory) =>
      withLoader(memory, (inner) => ({
        ...inner,
        begin: async (target) => inner.begin({ ...target, run: (await inner.state(target.id)).unfinished?.run ?? target.run }),
      })),
  },
  loader('adds columns where it is frozen', 'freeze stops at a column that the target lacks, and changes nothing', (inner) => ({
    begin: (target) => inner.begin({ ...target, policy: 'evolve' }),
  })),
  loader('never adds a column', 'evolve adds a column', (inner) => ({
    begin: (target) => inner.begin({ ...target, policy: 'ignore-new' }),
  })),
  load('leaks a file', 'leaves no handle open after a load that was published, suspended or discarded', (inner) => ({
    async part(id) {
      leaked.push(openSync('/dev/null', 'r'));
      return inner.part(id);
    },
  })),
  {
    does: 'throws errors without a code',
    caughtBy: 'begin with an epoch that has moved on is FENCED',
    connector: (memory) =>
      withLoader(memory, (inner) => ({
        ...inner,
        begin: (target) =>
          inner.begin(target).catch((error: unknown) => {
            throw new Error(String(error));
          }),
      })),
  },
];
