import type { Commit, Load, Mode } from '@etl/sdk';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectEqual } from '../expect-equal.js';
import { commitOf, writePart, type LoaderWorld } from '../loader-world.js';
import { expectCounts, expectStored } from './expect-stored.js';
import { rowsWith, smallLoad, smallSchema } from './small-table.js';

/** Several loads in one transaction, where the connection has one. */
export const publishTogetherTests = (mode: Mode): ContractTests<LoaderWorld> => ({
  'publishes two loads together or neither': async (world) => {
    const connection = await world.open();
    if (connection.publish === undefined) return;
    const names = [world.fresh(), world.fresh()] as const;
    for (const rows of [4, 3]) {
      const loads: { load: Load; commit: Commit }[] = [];
      for (const name of names) {
        const request = smallLoad(name, mode, rowsWith([3, 4, 5]), { run: `together ${rows}` });
        const load = await world.begin(await world.loader(name, connection), request);
        const writer = await load.part('p0');
        await writePart(writer, request, { part: 'p0', rows: rowsWith([3, 4, 5]) });
        await writer.close();
        await load.seal();
        // The second load does not balance the first time.
        loads.push({ load, commit: commitOf(request, name === names[1] ? rows : 3) });
      }
      const publish = connection.publish.bind(connection);
      if (rows === 3) {
        const [first, second] = await publish(loads);
        for (const counts of [first, second]) expectCounts(counts ?? failed(), { inserted: 3 });
        continue;
      }
      await expectError(['UNBALANCED'], () => publish(loads), 'publish of two');
      for (const name of names) expectEqual((await world.state(name)).published, null, 'what was published of a pair that fails');
      for (const { load } of loads) await load.discard();
    }
    for (const name of names) await expectStored(world, name, smallSchema, rowsWith([3, 4, 5]));
  },
});

const failed = (): never => {
  throw new Error('publish() of two loads gave fewer than two counts');
};
