import type { Field } from '@etl/sdk';
import { canonicalSql } from './canonical-sql.js';

export const isBytes = ({ type }: Field): boolean => type.kind === 'bytes';

/**
 * The SELECT that brings rows over: the length of every cell (-1: null), all text cells of a row joined without separators, and each column
 * of bytes. Nothing is quoted and nothing scanned: measured more than twice the rows per second of COPY to CSV and back.
 */
export function crossingSql(select: string, fields: readonly Field[]): string {
  const sources = fields.map((_, column) => `s${column}`);
  const cells = fields.map((field, column) => `${isBytes(field) ? `s${column}` : canonicalSql(field, `s${column}`)} as c${column}`);
  const lengths = fields.map((field, column) => `cast(coalesce(${isBytes(field) ? 'octet_length' : 'strlen'}(c${column}), -1) as integer)`);
  const texts = fields.flatMap((field, column) => (isBytes(field) ? [] : [`c${column}`]));
  const bytes = fields.flatMap((field, column) => (isBytes(field) ? [`coalesce(c${column}, ''::blob)`] : []));
  const output = [...lengths, texts.length === 0 ? `''` : `concat(${texts.join(', ')})`, ...bytes];
  return `select ${output.join(', ')} from (select ${cells.join(', ')} from (${select}) as source(${sources.join(', ')}))`;
}
