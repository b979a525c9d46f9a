import { isEtlError, type Connection, type Connector, type Context } from '@etl/sdk';
import type { Project } from '../project/index.js';

export interface OpenConnection {
  readonly connector: Connector;
  readonly connection: Connection;
}

/** Connections of one run: each is opened when first asked for, and all are closed together. */
export class OpenConnections {
  readonly #open = new Map<string, Promise<OpenConnection>>();

  constructor(
    readonly project: Project,
    private readonly context: Context,
  ) {}

  /** Throws what the connector throws, with the name of the connection as place. */
  get(name: string): Promise<OpenConnection> {
    const opening = this.#open.get(name) ?? this.#connect(name);
    this.#open.set(name, opening);
    return opening;
  }

  async #connect(name: string): Promise<OpenConnection> {
    const { connector, options, place } = await this.project.openable(name);
    try {
      return { connector, connection: await connector.open(options, this.context) };
    } catch (error) {
      throw isEtlError(error) ? error.at({ ...place, connection: name }) : error;
    }
  }

  /** Closes all, also when one of them fails; the first failure is thrown. */
  async close(): Promise<void> {
    const opened = (await Promise.allSettled(this.#open.values())).flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    this.#open.clear();
    const failures = (await Promise.allSettled(opened.map(({ connection }) => connection.close()))).flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    if (failures.length > 0) throw failures[0];
  }
}
