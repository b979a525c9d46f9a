import { appendFileSync } from 'node:fs';
import { EtlError } from '@etl/sdk';

/** What a test asks of a run: `name:n` is the n-th time that the point is passed in this process. */
export interface FailpointOrders {
  /** Kill the process there with SIGKILL. */
  readonly kill?: string;
  /** Throw INTERNAL there. */
  readonly fail?: string;
  /** Stop the process there with SIGSTOP. */
  readonly stop?: string;
  /** Append the name of each point passed to this file. */
  readonly trace?: string;
}

/** The orders in ETL_FAILPOINT, ETL_FAILPOINT_ERROR, ETL_FAILPOINT_STOP and ETL_FAILPOINT_TRACE. */
export function failpointOrders(variables: NodeJS.ProcessEnv): FailpointOrders {
  const { ETL_FAILPOINT: kill, ETL_FAILPOINT_ERROR: fail, ETL_FAILPOINT_STOP: stop, ETL_FAILPOINT_TRACE: trace } = variables;
  return { ...(kill && { kill }), ...(fail && { fail }), ...(stop && { stop }), ...(trace && { trace }) };
}

export type Failpoint = (name: string) => Promise<void>;

/** The function that engine and loaders call wherever state changes. Without orders it does nothing. */
export function createFailpoint(orders: FailpointOrders): Failpoint {
  if (Object.keys(orders).length === 0) return async () => undefined;
  const hits = new Map<string, number>();
  return async (name) => {
    const hit = (hits.get(name) ?? 0) + 1;
    hits.set(name, hit);
    const point = `${name}:${hit}`;
    if (orders.trace !== undefined) appendFileSync(orders.trace, `${point}\n`);
    if (orders.fail === point) throw new EtlError('INTERNAL', `Stopped on purpose at ${point}`);
    if (orders.stop === point) process.kill(process.pid, 'SIGSTOP');
    if (orders.kill === point) {
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    }
  };
}
