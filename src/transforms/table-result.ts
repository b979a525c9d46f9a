import type { Bindings } from '@etl/columnar';
import type { StageTables } from './step.js';

/** Quoted name of a table that a result needs beside it. */
export const besideResult = ({ into }: StageTables, name: string): string => `${into.slice(0, -1)}#${name}"`;

/** Makes the table of a result from a SELECT, or a view where that will do. A view cannot keep bound values. */
export async function makeResult({ session, into, lazy }: StageTables, select: string, values: Bindings = {}): Promise<void> {
  if (lazy && Object.keys(values).length === 0) await session.run(`create view ${into} as ${select}`);
  else await session.run(`create table ${into} as ${select}`, values);
}
