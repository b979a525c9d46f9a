import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { literal, quote, type Session } from '@etl/columnar';
import type { TextRow } from '@etl/testkit';

export interface SeedTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isBytes: boolean }[];
  /** Where a file may be written that DuckDB may read. */
  readonly folder: string;
}

/**
 * Makes a table of DuckDB with these rows. They go through a file of hexadecimal digits and casts: no literal can hold a NUL, digits need no quotes, and long lists of VALUES take
 * twenty times as long.
 */
export async function seedDuckDb(
  session: Pick<Session, 'run'>,
  { name, columns, folder }: SeedTable,
  rows: Iterable<TextRow>,
): Promise<void> {
  await session.run(`create table ${quote(name)} (${columns.map((column) => `${quote(column.name)} ${column.type}`).join(', ')})`);
  const path = join(folder, `seed-${process.pid}-${++files}.txt`);
  try {
    const longest = await writeDigits(path, columns, rows);
    if (longest === 0) return;
    const cells = columns.map(({ type, isBytes }, at) => (isBytes ? `from_hex(c${at}[2:])` : `decode(from_hex(c${at}[2:]))::${type}`));
    const texts = columns.map((_, at) => `'c${at}': 'varchar'`);
    await session.run(
      `insert into ${quote(name)} select ${cells.join(', ')} from read_csv(${literal(path)}, columns = {${texts.join(', ')}}, auto_detect = false, header = false,
         delim = ',', quote = '', escape = '', nullstr = '-', parallel = false, max_line_size = ${longest + 100}, buffer_size = ${Math.max(2 * longest, 4_000_000)})`,
    );
  } finally {
    await rm(path, { force: true });
  }
}

let files = 0;

/** Writes a line for each row; answers the length of the longest. */
async function writeDigits(path: string, columns: SeedTable['columns'], rows: Iterable<TextRow>): Promise<number> {
  const file = await open(path, 'w', 0o600);
  let longest = 0;
  let lines: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    await file.write(lines.join(''));
    [lines, size] = [[], 0];
  };
  try {
    for (const row of rows) {
      const digits = columns.map(({ isBytes }, at) => digitsOf(row[at] ?? null, isBytes));
      const line = `${digits.join(',')}\n`;
      lines.push(line);
      longest = Math.max(longest, line.length);
      size += line.length;
      if (size > 4_000_000) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  return longest;
}

/** Each cell that is not null begins with a letter: a line without any is no row. */
const digitsOf = (cell: string | null, isBytes: boolean): string =>
  cell === null ? '-' : `x${isBytes ? cell.slice(2) : Buffer.from(cell).toString('hex')}`;
