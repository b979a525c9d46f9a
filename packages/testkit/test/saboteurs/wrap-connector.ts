import type { Connection, Connector, Context, Extractor, Load, Loader, LoadTarget, PartWriter } from '@etl/sdk';

/** The same connector with another way to open connections. */
const withConnection = (connector: Connector, change: (connection: Connection, context: Context) => Connection): Connector => ({
  ...connector,
  open: async (config, context) => change(await connector.open(config, context), context),
});

export const withExtractor = (connector: Connector, change: (extractor: Extractor, context: Context) => Extractor): Connector =>
  withConnection(connector, (connection, context) => ({
    ...connection,
    extractor: async (options) => change(await need(connection.extractor)(options), context),
  }));

export const withLoader = (connector: Connector, change: (loader: Loader, context: Context) => Loader): Connector =>
  withConnection(connector, (connection, context) => ({
    ...connection,
    loader: async (options) => change(await need(connection.loader)(options), context),
  }));

export const withLoad = (connector: Connector, change: (load: Load, target: LoadTarget) => Load): Connector =>
  withLoader(connector, (loader) => ({ ...loader, begin: async (target) => change(await loader.begin(target), target) }));

export const withWriter = (connector: Connector, change: (writer: PartWriter, target: LoadTarget) => PartWriter): Connector =>
  withLoad(connector, (load, target) => ({ ...load, part: async (id) => change(await load.part(id), target) }));

/** A part that is there. */
export function need<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the memory connector has every part');
  return part;
}
