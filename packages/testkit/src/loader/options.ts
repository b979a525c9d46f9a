import { asObject } from '../connection-tests.js';
import type { ContractTests } from '../contract.js';
import { expectError } from '../expect-error.js';
import { expectThat } from '../expect-equal.js';
import type { LoaderWorld } from '../loader-world.js';

export const loaderOptionTests: ContractTests<LoaderWorld> = {
  'refuses an unknown option of the load and names it': async (world) => {
    const connection = await world.open();
    const options = { ...asObject(world.harness.target(world.fresh())), no_such_option: 1 };
    const error = await expectError(['CONFIG_INVALID'], async () => connection.loader?.(options), 'unknown option');
    expectThat(error.message.includes('no_such_option'), `the message does not name the option: ${error.message}`);
  },
};
