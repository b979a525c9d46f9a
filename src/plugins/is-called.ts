/** What a plugin can be called by. */
export interface Called {
  /** Of its package. */
  readonly name: string;
  /** Names of its connectors. */
  readonly connectors: readonly string[];
}

/**
 * Whether a person means this plugin: by its package, by a connector, and ours also by either with the scope or without it: `oracle`, `@etl/oracle`
 * and `@etl/connector-oracle` are one.
 */
export function isCalled({ name, connectors }: Called, given: string): boolean {
  if (given === name || connectors.includes(given)) return true;
  if (!name.startsWith('@etl/')) return false;
  return name === `@etl/${given}` || connectors.some((connector) => given === `@etl/${connector}`);
}
