import { literal, type Session } from '@etl/columnar';
import { EtlError, type Json } from '@etl/sdk';

/** A node of DuckDB's own syntax tree. */
export type SqlNode = { readonly [name: string]: Json };

export interface SqlFault {
  readonly message: string;
  /** Offset in the SQL that was parsed. */
  readonly offset: number | null;
}

/** Parses SELECT statements as DuckDB does, without looking at any table; a fault is what DuckDB says about the syntax. */
export async function parseSql(session: Session, sql: string): Promise<{ readonly statements: readonly SqlNode[] } | SqlFault> {
  const [row] = await session.rows(`select json_serialize_sql(${literal(sql)}) as tree`);
  const answer = asNode(JSON.parse(String(row?.['tree'])) as Json);
  if (answer?.['error'] === true) {
    const position = answer['position'];
    return { message: nodeText(answer, 'error_message'), offset: position === undefined ? null : Number(position) };
  }
  const statements = answer?.['statements'];
  if (!Array.isArray(statements)) throw new EtlError('INTERNAL', 'DuckDB answered a syntax tree without statements');
  return { statements: statements.map(asNode).filter((node) => node !== null) };
}

export const asNode = (value: Json | undefined): SqlNode | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SqlNode) : null;

/** A text of a node; empty where it has none of this name. */
export function nodeText(node: SqlNode | null, name: string): string {
  const value = node?.[name];
  return typeof value === 'string' ? value : '';
}

/** Visits every node below and with this one, parents first; a visitor that answers false skips what is below. */
export function visitNodes(value: Json | undefined, visit: (node: SqlNode) => boolean): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) visitNodes(item, visit);
    return;
  }
  const node = asNode(value);
  if (node === null || !visit(node)) return;
  for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) visitNodes(child, visit);
}

/** Visits every node below and with this one. */
export function eachNode(value: Json | undefined, visit: (node: SqlNode) => void): void {
  visitNodes(value, (node) => {
    visit(node);
    return true;
  });
}

/** Where a node stands in the SQL; null: DuckDB does not say. */
export function offsetOf(node: SqlNode): number | null {
  const at = node['query_location'];
  return typeof at === 'number' && at < 2 ** 53 ? at : null;
}

/** `line 2, column 5` of an offset. */
export function lineAndColumn(sql: string, offset: number): { readonly line: number; readonly column: number } {
  const before = sql.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
