import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readText, type ReadOptions } from './memory-file.js';

const anyKey = fc.oneof(
  fc.constantFrom('a', 'b', 'ü', '__proto__', 'quo"te', 'back\\slash', ' '),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
);
/** Keys that differ only in case or are blank are refused, so they are kept out. */
const anyRecord = fc
  .dictionary(
    anyKey.filter((key) => key.trim() !== '' && !key.includes('\uFFFD')),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 5, noNullPrototype: true },
  )
  .map((record) => {
    const met = new Set<string>();
    return Object.fromEntries(Object.entries(record).filter(([key]) => !met.has(key.toLowerCase()) && met.add(key.toLowerCase())));
  });
const lowered = (records: readonly object[]): boolean => {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return new Set([...names].map((name) => name.toLowerCase())).size === names.size;
};
const anyRecords = fc
  .array(anyRecord, { minLength: 1, maxLength: 8 })
  .filter((records) => lowered(records) && records.some((record) => Object.keys(record).length > 0));

const hasHalfPair = (value: unknown): boolean => /\\ud[89a-f]/i.test(JSON.stringify(value));

/** As the reader is to give it: JSON text for nested values of columns that hold any, plain text else. */
function expected(records: readonly Record<string, unknown>[], name: string, isJson: boolean): (string | null)[] {
  return records.map((record) => {
    const value = Object.hasOwn(record, name) ? record[name] : null;
    if (value === null || value === undefined) return null;
    return isJson || typeof value !== 'string' ? JSON.stringify(value) : value;
  });
}

const kinds: { readonly format: 'json' | 'ndjson'; readonly write: (records: readonly unknown[], space: string) => string }[] = [
  { format: 'ndjson', write: (records) => records.map((record) => JSON.stringify(record)).join('\n') },
  { format: 'json', write: (records, space) => JSON.stringify(records, null, space) },
];

describe.each(kinds)('$format', ({ format, write }) => {
  it('gives back what JSON.parse finds, at every block size', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, fc.constantFrom('', ' ', '\t'), fc.integer({ min: 1, max: 90 }), async (records, space, block) => {
        fc.pre(!hasHalfPair(records));
        const text = write(records, space);
        const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
        const parsed = records.map((record) => JSON.parse(JSON.stringify(record)) as Record<string, unknown>);
        const nested = names.filter((name) =>
          parsed.some((record) => typeof record[name] === 'object' && record[name] !== null && Object.hasOwn(record, name)),
        );
        const columns = Object.fromEntries(names.map((name) => [name, nested.includes(name) ? 'json' : 'text']));
        const read = await readText(text, { format, options: { columns }, block });
        expect(read.rejects).toEqual([]);
        for (const [column, { name, type }] of read.schema.fields.entries()) {
          const found = read.rows.map((row) => row[column] ?? null);
          const wanted = expected(parsed, name, type.kind === 'json');
          if (type.kind === 'json') expect(found.map((cell) => cell && JSON.stringify(JSON.parse(cell)))).toEqual(wanted);
          else expect(found).toEqual(wanted);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('continues at every position without a gap or a repeat', async () => {
    const records = Array.from({ length: 9 }, (_, id) => ({ id, t: 'x'.repeat(id * 3), n: [{ id }] }));
    const text = write(records, ' ');
    for (const block of [1, 7, 30, 64, 500]) {
      const whole = await readText(text, { format, block });
      let seen = 0;
      for (const { batch, position } of whole.chunks) {
        seen += batch.length;
        const rest = await readText(text, { format, block: block + 3, after: JSON.parse(JSON.stringify(position)) as typeof position });
        expect(rest.rows).toEqual(whole.rows.slice(seen));
        expect(rest.numbers).toEqual(whole.numbers.slice(seen));
      }
      expect(whole.rows).toHaveLength(9);
    }
  });

  it('keeps every digit of a number and every letter of a nested value', async () => {
    const text = '{"a":1.10,"b":9007199254740993,"c":12345678901234567890.12,"d":{"x": 1.0 , "y":[1e2]},"e":1.5e300}';
    const { rows, schema } = await readText(format === 'json' ? `[${text}]` : text, { format });
    expect(rows).toEqual([['1.10', '9007199254740993', '12345678901234567890.12', '{"x": 1.0 , "y":[1e2]}', '1.5e+300']]);
    expect(schema.fields.map(({ type }) => type.kind)).toEqual(['decimal', 'integer', 'decimal', 'json', 'float']);
  });

  it('reads escapes, pairs of surrogates among them, and rejects half a pair', async () => {
    const good = String.raw`{"t":"\u00e4\ud83d\ude00\n\"\\\/\b\f\r\t\u0000","k\u0065y":1}`;
    const bad = String.raw`{"t":"\ud83d","key":2}`;
    const text = format === 'json' ? `[${good},${bad}]` : `${good}\n${bad}`;
    const { rows, rejects } = await readText(text, { format });
    expect(rows).toEqual([['ä😀\n"\\/\b\f\r\t\0', '1']]);
    expect(rejects).toMatchObject([{ code: 'encoding', field: 't', origin: { first: 1 } }]);
  });

  it('rejects a record with a key twice, and one that is no object', async () => {
    const parts = ['{"a":1,"b":2}', '{"a":1,"a":2}', '[1]', '7', '{"a":3}'];
    const { rows, rejects } = await readText(format === 'json' ? `[${parts.join(',\n')}]` : parts.join('\n'), { format });
    expect(rows).toEqual([
      ['1', '2'],
      ['3', null],
    ]);
    expect(rejects.map(({ code, place }) => `${code} ${place}`)).toEqual([
      `duplicate key file.${format}:2`,
      `json file.${format}:3`,
      `json file.${format}:4`,
    ]);
  });

  it('stops, rejects or ignores where a record has a key that is no column', async () => {
    const parts = ['{"a":1}', '{"a":2,"new":{"x":1}}', '{"a":3}'];
    const text = format === 'json' ? `[${parts.join(',')}]` : parts.join('\n');
    const schema = { fields: [{ name: 'a', type: { kind: 'integer', bits: 64, signed: true } as const, nullable: true }], key: [] };
    await expect(readText(text, { format, schema })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining('new'),
      hint: expect.stringContaining('extra: ignore'),
    });
    const rejected = await readText(text, { format, schema, options: { extra: 'reject' } });
    expect(rejected.rows).toEqual([['1'], ['3']]);
    expect(rejected.rejects).toMatchObject([{ code: 'extra key', field: 'new' }]);
    expect((await readText(text, { format, schema, options: { extra: 'ignore' } })).rows).toEqual([['1'], ['2'], ['3']]);
    expect((await readText(text, { format, options: { columns: ['a'] } })).rows).toEqual([['1'], ['2'], ['3']]);
  });

  it('rejects what does not fit a column, nested or not, and accepts a number that is the same otherwise written', async () => {
    const parts = ['{"n":1.0,"d":1e-1,"t":1.50}', '{"n":1.5,"d":1,"t":true}', '{"n":2,"d":{},"t":"x"}', '{"n":"3","d":"0.20","t":null}'];
    const options: ReadOptions = { format, options: { columns: { n: 'integer', d: 'decimal(4,2)', t: 'text' } } };
    const { rows, rejects } = await readText(format === 'json' ? `[${parts.join(',')}]` : parts.join('\n'), options);
    expect(rows).toEqual([
      ['1', '0.10', '1.50'],
      ['3', '0.20', null],
    ]);
    expect(rejects.map(({ field, origin }) => `${origin?.first} ${field}`)).toEqual(['1 n', '2 d']);
  });

  it('throws nothing but errors of its own at any bytes, agrees with JSON.parse on what is JSON, and ends', async () => {
    const nasty = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b":',
        '1',
        '-',
        '.5',
        'e3',
        'true',
        'nul',
        '\\',
        '"',
        '\n',
        ' ',
        '\u0000',
        '\ud800',
      ),
      { maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(nasty, fc.integer({ min: 1, max: 12 }), async (parts, block) => {
        const text = parts.join('');
        const outcome = (size: number): Promise<unknown> =>
          readText(text, { format, block: size, options: { columns: { a: 'text', b: 'json' } } }).then(
            ({ rows, rejects }) => ({ rows, rejects }),
            (error: unknown) => {
              expect(error).toMatchObject({ name: 'EtlError' });
              return String(error);
            },
          );
        const [small, large] = [await outcome(block), await outcome(1 << 16)];
        expect(small).toEqual(large);
        if (format === 'json' && typeof large !== 'string') expect(() => JSON.parse(Buffer.from(text).toString()) as unknown).not.toThrow();
      }),
      { numRuns: 1500 },
    );
  });
});

describe('NDJSON', () => {
  it('rejects malformed lines with their number and goes on', async () => {
    const text = '{"a":1}\n\n{"a":\n{"a":2} x\n{"a":2,}\n{"a":3}\r\n';
    for (const block of [1, 6, 100]) {
      const { rows, rejects } = await readText(text, { format: 'ndjson', block });
      expect(rows).toEqual([['1'], ['3']]);
      expect(rejects.map(({ place, values }) => ({ place, values }))).toEqual([
        { place: 'file.ndjson:3', values: ['{"a":'] },
        { place: 'file.ndjson:4', values: ['{"a":2} x'] },
        { place: 'file.ndjson:5', values: ['{"a":2,}'] },
      ]);
    }
  });
});

describe('JSON', () => {
  it.each([
    ['[{"a":1},\n {"a":}]', 2, 7],
    ['[{"a":1}', 1, 9],
    ['[{"a":1},]', 1, 10],
    ['[{"a":1}] x', 1, 11],
    ['{"x":{"y":[1,2}}', 1, 15],
  ])('says line and column of what is malformed in %j', async (text, line, column) => {
    for (const block of [1, 4, 100])
      await expect(readText(text, { format: 'json', block })).rejects.toMatchObject({ code: 'DATA_INVALID', place: { line, column } });
  });

  it('finds records at a path, past values of any size, and reads what stands behind them', async () => {
    const text = JSON.stringify(
      {
        meta: { items: [{ no: 1 }], big: 'x'.repeat(5000) },
        data: { other: [[1]], items: [{ a: 1 }, { a: 2 }], after: { items: [9] } },
        end: null,
      },
      null,
      1,
    );
    for (const block of [10, 100, 10_000])
      expect((await readText(text, { format: 'json', block, options: { records: 'data.items' } })).rows).toEqual([['1'], ['2']]);
    await expect(readText(text, { format: 'json', options: { records: 'data.none' } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('meta, data, end'),
    });
    await expect(readText(`${text}}`, { format: 'json', options: { records: 'data.items' } })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  it('says what to write for a document that is one object, or one object a line', async () => {
    await expect(readText('{"a":1}\n{"a":2}', { format: 'json' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('format: ndjson'),
    });
    await expect(readText('{"rows":[]}', { format: 'json' })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('rows'),
    });
    await expect(readText('[]', { format: 'json' })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      hint: expect.stringContaining('columns:'),
    });
  });
});
