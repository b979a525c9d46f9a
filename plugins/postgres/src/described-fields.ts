import type { Field } from '@etl/sdk';
import type { SqlSession } from '@etl/sql';
import { postgresTypes } from './postgres-types.js';
import type { DescribedColumn } from './wire/row-description.js';

/** Columns of a query as fields: the server is asked for the names of their types. Whether a column of a query may be null it does not say. */
export async function describedFields(session: Pick<SqlSession, 'rows'>, columns: readonly DescribedColumn[]): Promise<readonly Field[]> {
  const wanted = [...new Set(columns.map(({ type, modifier }) => `${type} ${modifier}`))];
  const values = wanted.map((one) => `(${one.split(' ').join(', ')})`).join(', ');
  const types = wanted.length === 0 ? [] : await session.rows(typeNames(values));
  const names = new Map(wanted.map((one, at) => [one, types[at]]));
  return columns.map(({ name, type, modifier }) => {
    const [base = 'text', own = 'text'] = names.get(`${type} ${modifier}`) ?? [];
    return domainField({ name, base: base ?? 'text', own: own ?? 'text', nullable: true });
  });
}

const typeNames = (values: string): string => `
select coalesce(format_type(nullif(t.typbasetype, 0), t.typtypmod), format_type(v.oid::oid, v.modifier)), format_type(v.oid::oid, v.modifier)
from (select row_number() over () n, * from (values ${values}) v (oid, modifier)) v join pg_type t on t.oid = v.oid::oid order by v.n`;

/** A domain reads as the type that it narrows, and keeps its own name for the way back. */
export function domainField({
  name,
  base,
  own,
  nullable,
}: {
  readonly name: string;
  readonly base: string;
  readonly own: string;
  readonly nullable: boolean;
}): Field {
  const field = postgresTypes.field({ name, type: base, nullable });
  return base === own ? field : { ...field, native: { dialect: 'postgres', type: own } };
}
