import type { Connector } from '@etl/sdk';
import type { MemoryServer } from '@etl/testkit';

/** A connector that is wrong in one way, and the test that must notice it. */
export interface Saboteur {
  readonly does: string;
  /** Name of the test of the contract that has to fail. */
  readonly caughtBy: string;
  readonly connector: (memory: Connector, server: MemoryServer) => Connector;
}
