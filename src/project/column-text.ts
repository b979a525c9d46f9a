import { isEtlError, parseTypeName, typeName, type EtlError, type Field } from '@etl/sdk';

/** A column in schemas.yaml: `decimal(12,2)`, `integer not null`, or a map where the source's own type is known. */
export type ColumnText = string | { readonly type: string; readonly nullable?: boolean | undefined; readonly native?: Field['native'] };

/** How a column is written. */
export function columnText({ type, nullable, native }: Field): ColumnText {
  if (native === undefined) return `${typeName(type)}${nullable ? '' : ' not null'}`;
  return { type: typeName(type), ...(nullable ? {} : { nullable }), native: { dialect: native.dialect, type: native.type } };
}

/** The column that a text means, or why it means none. */
export function columnOf(name: string, column: ColumnText): Field | EtlError {
  const { type: written, nullable: stated = true, native } = typeof column === 'string' ? { type: column } : column;
  const [, type = '', not] = /^(.*?)(\s+not\s+null)?$/i.exec(written.trim()) ?? [];
  try {
    return { name, type: parseTypeName(type), nullable: not === undefined && stated, ...(native !== undefined && { native }) };
  } catch (error) {
    if (isEtlError(error)) return error;
    throw error;
  }
}
