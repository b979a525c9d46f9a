import { textBatch, exactCast, typeName, EtlError, type Chunk, type Extractor, type Place, type Schema } from '@etl/sdk';

/** A row of a test as its file says it: column to source text, so that 01234 and 1.10 stay what they are. */
export type GivenRow = { readonly [column: string]: string | null };

/** An extractor over rows that a test gives. A value that its column cannot hold is a mistake in the test. Throws DATA_INVALID. */
export function givenExtractor(schema: Schema, rows: readonly GivenRow[], place: Place): Extractor {
  const batch = givenBatch(schema, rows, place);
  return {
    describe: async () => ({ schema }),
    plan: async () => ({ schema, parts: [{ id: '0', range: null }], until: null, resume: 'part', snapshot: 'whole' }),
    async *read(): AsyncGenerator<Chunk> {
      yield { batch, rejects: [], position: null };
    },
    close: async () => undefined,
  };
}

function givenBatch(schema: Schema, rows: readonly GivenRow[], place: Place) {
  const casts = schema.fields.map(({ type }) => exactCast(type));
  const pieces: Buffer[] = [];
  const index = new Int32Array(rows.length * schema.fields.length * 2);
  let at = 0;
  let end = 0;
  for (const [number, row] of rows.entries()) {
    refuseUnknown(schema, row, { number, place });
    for (const [column, field] of schema.fields.entries()) {
      const given = row[field.name] ?? null;
      const cell =
        given === null ? null : cellOf(casts[column]?.(given), { given, name: field.name, type: typeName(field.type), number, place });
      index[at++] = cell === null ? -1 : end;
      end += cell?.length ?? 0;
      index[at++] = cell === null ? -1 : end;
      if (cell !== null) pieces.push(cell);
    }
  }
  return textBatch(schema, { bytes: Buffer.concat(pieces), index, stride: schema.fields.length }, { origin: { part: '0', first: 1 } });
}

function refuseUnknown({ fields }: Schema, row: GivenRow, { number, place }: { number: number; place: Place }): void {
  const unknown = Object.keys(row).find((name) => !fields.some((field) => field.name === name));
  if (unknown === undefined) return;
  throw new EtlError('DATA_INVALID', `Row ${number + 1} gives column ${unknown}, which the dataset does not have`, {
    hint: `Its columns are ${fields.map(({ name }) => name).join(', ')}`,
    place,
  });
}

interface GivenCell {
  readonly given: string;
  readonly name: string;
  readonly type: string;
  readonly number: number;
  readonly place: Place;
}

function cellOf(cast: { text: string } | { reason: string } | undefined, { given, name, type, number, place }: GivenCell): Buffer {
  if (cast !== undefined && 'text' in cast) return Buffer.from(cast.text);
  throw new EtlError('DATA_INVALID', `Row ${number + 1} gives '${given}' for column ${name}, which is ${type}`, {
    hint: 'Correct the row, or the type in schemas.yaml',
    place,
  });
}
