import { describe, expect, it } from '@jest/globals';
import type { Connector } from '@etl/sdk';
import { connectorLoads, field, schemaOf, text, type LoadSpec } from '@etl/testkit';

/** What tests of a database whose definitions commit by themselves need of it. */
export interface CommittingWorld {
  readonly connector: Connector;
  connection(): object;
  /** Makes a table with the columns `id` and `name` that holds one row. */
  makeTable(table: string): Promise<unknown>;
  countOf(table: string): Promise<number>;
}

const specOf = (table: string, more: object): LoadSpec => ({
  id: table,
  options: { table, ...more },
  schema: schemaOf(field('name', text)),
  mode: 'append',
  rows: [['2', 'b']],
});

const stopAt = (at: string) => ({
  failpoint: (name: string): Promise<void> => (name === at ? Promise.reject(new Error(`stopped at ${at}`)) : Promise.resolve()),
});

/** Holds loads to what they promise where a statement around them commits: rows are neither half there nor doubled. `world` is asked when a test begins. */
export function describeCommittingStatements(world: () => CommittingWorld): void {
  const run = (spec: LoadSpec, options = {}): ReturnType<ReturnType<typeof connectorLoads>['runLoad']> =>
    connectorLoads(world().connector).runLoad(world().connection(), spec, options);
  const { makeTable, countOf } = { makeTable: (table: string) => world().makeTable(table), countOf: (table: string) => world().countOf(table) }; // prettier-ignore

  describe('a definition among the statements around a load', () => {
    it('leaves the publish behind it one transaction', async () => {
      await makeTable('before_it');
      await makeTable('side');
      const spec = specOf('before_it', { pre: ['truncate table side', "insert into side (id, name) values (7, 'x')"] });
      await expect(run(spec, stopAt('sql.publishing'))).rejects.toThrow('stopped at sql.publishing');
      expect([await countOf('before_it'), await countOf('side')]).toEqual([1, 0]);
      expect((await run({ ...spec, run: 'r2' })).counts).toMatchObject({ inserted: 1 });
      expect([await countOf('before_it'), await countOf('side')]).toEqual([2, 1]);
    });

    it('doubles nothing where the run is killed behind it', async () => {
      await makeTable('behind_it');
      await makeTable('emptied');
      const spec = specOf('behind_it', { post: ['truncate table emptied'] });
      await expect(run(spec, stopAt('sql.publishing'))).rejects.toThrow('stopped at sql.publishing');
      expect([await countOf('behind_it'), await countOf('emptied')]).toEqual([2, 0]);
      const connection = await connectorLoads(world().connector).connect(world().connection());
      const state = await (await connection.loader?.(spec.options))?.state('behind_it');
      expect(state?.published).toMatchObject({ run: 'r1', counts: { inserted: 1 } });
      await connection.close();
    });

    it('is told by its own error where one behind it fails', async () => {
      await makeTable('failing');
      await makeTable('cleared');
      const spec = specOf('failing', { pre: ['truncate table cleared', 'truncate table nowhere'] });
      await expect(run(spec)).rejects.toMatchObject({ code: expect.not.stringMatching('FENCED'), message: expect.not.stringMatching(/another run/) }); // prettier-ignore
      expect(await countOf('failing')).toBe(1);
    });
  });
}
