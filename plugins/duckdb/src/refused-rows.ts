import { columnType, quote, type Session } from '@etl/columnar';
import { cellsOf, cellTexts, EtlError, isEtlError, type Field, type Reject, type Schema } from '@etl/sdk';
import type { LoadShape } from '@etl/sql/rules';
import { textColumn, type Segment } from './segment-file.js';

/** Rows of a segment that the target refuses, by their number from 1. */
export interface Refused {
  readonly rejects: readonly Reject[];
  /** Temporary table with their numbers in `n`. */
  readonly table: string;
  /** Relation of the other rows, in order. */
  readonly accepted: string;
}

/**
 * Finds every row of a segment that breaks a type, NOT NULL or CHECK of the target, all at once. Where it finds none the reason of the
 * failure lies elsewhere, and `cause` is thrown.
 */
export async function findRefused(
  session: Session,
  { segment, schema, shape, table, cause }: { segment: Segment; schema: Schema; shape: LoadShape; table: string; cause: unknown },
): Promise<Refused> {
  const problems = problemsOf(schema, shape);
  const texts = schema.fields.map((_, at) => textColumn(at));
  const values = shape.taken.map(
    (at, column) => `${tryCast(shape.columns[column], schema.fields[at], textColumn(at))} as ${quote(shape.columns[column]?.name ?? '')}`,
  );
  const cases = problems.map(({ condition }, at) => `when ${condition} then ${at}`);
  const numbered = `select row_number() over () as _etl_n, ${texts.join(', ')} from ${segment.texts}`;
  const typed = `select _etl_n, ${texts.join(', ')}, ${values.join(', ')} from (${numbered})`;
  const judged = `select _etl_n as n, case ${cases.join(' ')} end as problem, ${texts.join(', ')} from (${typed})`;
  try {
    await session.run(`create or replace temp table ${table} as select * from (${judged}) where problem is not null order by n`);
  } catch (second) {
    // Not even readable as text: broken UTF-8, a full disk…; the second look tells it more plainly than the first
    throw isEtlError(second) && second.code === 'DATA_INVALID' ? second : cause;
  }
  const rejects = await rejectsOf(session, { segment, schema, table, problems });
  if (rejects.length === 0) throw cause;
  return { rejects, table, accepted: `(${typed} where _etl_n not in (select n from ${table}))` };
}

const found: readonly Field[] = ['n', 'problem'].map((name) => ({ name, type: { kind: 'text' }, nullable: false }));

interface Found {
  readonly segment: Segment;
  readonly schema: Schema;
  readonly table: string;
  readonly problems: readonly Problem[];
}

async function rejectsOf(session: Session, { segment, schema, table, problems }: Found): Promise<Reject[]> {
  const cells = schema.fields.map((_, at): Field => ({ name: textColumn(at), type: { kind: 'text' }, nullable: true }));
  const shown = { fields: [...found, ...cells], key: [] };
  const select = `select n::varchar, problem::varchar, ${cells.map(({ name }) => name).join(', ')} from ${table} order by n`;
  const rejects: Reject[] = [];
  for await (const batch of session.stream(select, shown))
    for (let row = 0; row < batch.length; row++) {
      const [number, problem, ...values] = cellTexts(shown, cellsOf(shown, batch), row);
      const origin = segment.origin(Number(number) - 1);
      rejects.push({
        ...rejection(problems[Number(problem)]),
        values: schema.fields.map(({ type }, at) => cellText(values[at] ?? null, type.kind === 'bytes')),
        ...(origin === undefined ? {} : { origin }),
      });
    }
  return rejects;
}

function rejection(problem: Problem | undefined): Pick<Reject, 'reason' | 'code' | 'field'> {
  if (problem === undefined) throw new EtlError('INTERNAL', 'A refused row has no reason');
  const { reason, code, field } = problem;
  return { reason, code, ...(field === undefined ? {} : { field }) };
}

const cellText = (cell: string | null, isBytes: boolean): string | null => (cell !== null && isBytes ? `\\x${cell}` : cell);

interface Problem {
  readonly condition: string;
  readonly reason: string;
  readonly code: string;
  readonly field?: string;
}

function problemsOf(schema: Schema, { taken, columns, checks, key }: LoadShape): readonly Problem[] {
  const perColumn = taken.flatMap((at, column): Problem[] => {
    const [there, given] = [columns[column], schema.fields[at]];
    if (there === undefined || given === undefined) return [];
    const [text, field] = [textColumn(at), given.name];
    const empty = key.includes(there.name) ? `The key column ${field} is empty` : `Column ${field} may not be empty`;
    return [
      ...(there.nullable ? [] : [{ condition: `${text} is null`, reason: empty, code: 'CONFLICT', field }]),
      {
        condition: `${text} is not null and ${quote(there.name)} is null`,
        reason: `Column ${field} holds a value that is no ${columnType(there)}`,
        code: 'DATA_INVALID',
        field,
      },
    ];
  });
  const perCheck = checks.map(({ sql, columns: [field, other] }): Problem => ({
    condition: `not coalesce(cast(${sql} as boolean), true)`,
    reason: `The row breaks CHECK ${sql} of the table`,
    code: 'CONFLICT',
    ...(field === undefined || other !== undefined ? {} : { field }),
  }));
  return [...perColumn, ...perCheck];
}

function tryCast(there: Field | undefined, given: Field | undefined, text: string): string {
  if (there === undefined || given === undefined) throw new EtlError('INTERNAL', 'The shape of a load names a column that is not there');
  if (given.type.kind === 'bytes') return `try_cast(try(unhex(${text})) as ${columnType(there)})`;
  // TRY_CAST of JSON makes null of a part that does not fit; TRY refuses the whole, as CAST does
  if (there.type.kind === 'json' && there.native !== undefined) return `try(cast(try_cast(${text} as json) as ${columnType(there)}))`;
  return `try_cast(${text} as ${columnType(there)})`;
}

export const isRefusal = (error: unknown): boolean => isEtlError(error) && (error.code === 'DATA_INVALID' || error.code === 'CONFLICT');
