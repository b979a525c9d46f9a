import type { Catalog } from '@etl/sdk';
import { nearestTable } from './nearest-table.js';
import type { OpenDatabase } from './open-database.js';

const reading = { access: 'read', tag: 'etl catalog', abortable: true } as const;

/** Tables by name, those of other schemas with theirs in front. */
export function sqlCatalog(open: OpenDatabase): Catalog {
  const { introspection } = open.database;
  return {
    tables: () =>
      open.pool.with(reading, async (session) => {
        const own = await open.schema(session);
        const tables = await introspection.tables(session);
        return tables.map(({ schema, table }) => (schema === own ? table : `${schema}.${table}`)).sort();
      }),
    describe: (name) =>
      open.pool.with(reading, async (session) => {
        const whole = { schema: await open.schema(session), table: name };
        const dot = name.indexOf('.');
        const dotted = { schema: name.slice(0, dot), table: name.slice(dot + 1) };
        const found = (await introspection.table(session, whole)) ?? (dot < 0 ? null : await introspection.table(session, dotted));
        if (found === null) throw await nearestTable(open, session, whole);
        return { fields: found.fields, key: found.key };
      }),
  };
}
