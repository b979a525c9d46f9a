import type { Field } from '@etl/sdk';
import type { SqlSession, TableName } from '@etl/sql';
import { fieldOfNative } from './field-of-native.js';
import { nativeOfDictionary } from './native-type.js';

/** A column as the dictionary tells it. */
export interface Column {
  readonly field: Field;
  readonly hasDefault: boolean;
  /** Computed by the database. */
  readonly virtual: boolean;
  /** `ALWAYS` takes no value from outside; null: it is no identity. */
  readonly identity: 'ALWAYS' | 'BY DEFAULT' | null;
}

export async function columnsOf(session: SqlSession, { schema, table }: TableName): Promise<readonly Column[]> {
  const rows = await session.rows(
    `select c.column_name, c.data_type, c.data_length, c.data_precision, c.data_scale, c.char_length, c.char_used, c.nullable, c.default_length, c.virtual_column, i.generation_type, c.data_type_owner from all_tab_cols c left join all_tab_identity_cols i on i.owner = c.owner and i.table_name = c.table_name and i.column_name = c.column_name where c.owner = :1 and c.table_name = :2 and c.hidden_column = 'NO' order by c.column_id`,
    [schema, table],
  );
  return rows.map(([name, type, length, precision, scale, characters, used, nullable, defaultLength, virtual, identity, owner]) => {
    const native = nativeOfDictionary({
      type: owner == null || owner === 'SYS' || owner === 'PUBLIC' ? (type ?? '') : `${owner}.${type ?? ''}`,
      length: Number(length),
      precision: numberOrNull(precision),
      scale: numberOrNull(scale),
      characters: Number(characters),
      inCharacters: used === 'C',
    });
    return {
      field: fieldOfNative({ name: name ?? '', type: native, nullable: nullable === 'Y' }),
      hasDefault: defaultLength != null && virtual !== 'YES' && identity == null,
      virtual: virtual === 'YES',
      identity: identity === 'ALWAYS' ? 'ALWAYS' : identity == null ? null : 'BY DEFAULT',
    };
  });
}

const numberOrNull = (text: string | null | undefined): number | null => (text == null ? null : Number(text));
