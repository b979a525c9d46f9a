import type { z } from 'zod';
import type { Connection } from './connection.js';
import type { Context } from './context.js';
import { EtlError } from './error.js';
import type { Extractor } from './extractor.js';
import type { Loader, Mode } from './loader.js';
import { parseOptions } from './parse-options.js';

/** The version of this interface that a plugin's manifest names. */
export const sdkVersion = 1;

/** What a plugin offers. An absent part is a capability that it lacks. */
export interface Connector {
  readonly name: string;
  readonly summary: string;
  /**
   * The one source of type, check, prompts, help, docs and redaction of a connection. Options that say where secrets are sent (host, port, user, address,
   * proxy) carry `meta({ endpoint: true })`: a stored secret is given out for those values only. Where none carries it, every option that is no secret counts.
   */
  readonly connection: z.ZodType;
  /** `each: true`: a read may depend on the rows of another dataset, see `ParentColumns`. */
  readonly extractor?: { readonly options: z.ZodType; readonly each?: boolean };
  readonly loader?: { readonly options: z.ZodType; readonly modes: readonly Mode[] };
  /** Statements that a job runs in the target behind other loads, see `Connection.statements`. */
  readonly statements?: { readonly options: z.ZodType };
  /** Opens a connection; the driver is imported here, not before. */
  open(config: unknown, context: Context): Promise<Connection>;
}

/** A connection whose options are already parsed. */
export interface TypedConnection<E, L, S = never> extends Omit<Connection, 'extractor' | 'loader' | 'statements'> {
  extractor?(options: E): Promise<Extractor>;
  loader?(options: L): Promise<Loader>;
  statements?(options: S): Promise<Loader>;
}

export interface ConnectorDefinition<C, E, L, S = never> {
  readonly name: string;
  readonly summary: string;
  /** Mark what leads somewhere: `host: z.string().meta({ endpoint: true })`, see `Connector.connection`. */
  readonly connection: z.ZodType<C>;
  readonly extractor?: { readonly options: z.ZodType<E>; readonly each?: boolean };
  readonly loader?: { readonly options: z.ZodType<L>; readonly modes: readonly Mode[] };
  readonly statements?: { readonly options: z.ZodType<S> };
  open(config: C, context: Context): Promise<TypedConnection<E, L, S>>;
}

/** The only place where a connector's own types meet the engine's `unknown`. */
export function defineConnector<C, E, L, S = never>(definition: ConnectorDefinition<C, E, L, S>): Connector {
  const { name, summary, connection, extractor, loader, statements } = definition;
  return {
    name,
    summary,
    connection,
    ...(extractor && { extractor }),
    ...(loader && { loader }),
    ...(statements && { statements }),
    async open(raw, context) {
      const opened = await definition.open(parseOptions(connection, raw, `connection (${name})`), context);
      const part = <O, P>(what: string, options: z.ZodType<O> | undefined, open: ((options: O) => Promise<P>) | undefined) => {
        if (options === undefined || open === undefined) return undefined;
        return async (given: unknown): Promise<P> => open(parseOptions(options, given, `${name} ${what}`));
      };
      const openExtractor = part('extract', extractor?.options, opened.extractor?.bind(opened));
      const openLoader = part('load', loader?.options, opened.loader?.bind(opened));
      const openStatements = part('statements', statements?.options, opened.statements?.bind(opened));
      if ((extractor && !openExtractor) || (loader && !openLoader) || (statements && !openStatements))
        throw new EtlError('CAPABILITY_MISSING', `Connector ${name} declares a capability that it does not have`);
      return {
        check: () => opened.check(),
        ...(opened.catalog && { catalog: opened.catalog }),
        ...(openExtractor && { extractor: openExtractor }),
        ...(openLoader && { loader: openLoader }),
        ...(openStatements && { statements: openStatements }),
        ...(opened.publish && { publish: opened.publish.bind(opened) }),
        close: () => opened.close(),
      };
    },
  };
}
