import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyOne, openBench, runSteps, schemaOf, textsBatch, bindAll, textsOf, type Bench, type Texts } from './run-steps.js';
import { planStages } from '../../src/transforms/index.js';
import { typeName } from '@etl/sdk';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

const names = ({ fields }: { fields: readonly { name: string }[] }): string[] => fields.map(({ name }) => name);

describe('select, drop and rename', () => {
  const input = { ...schemaOf({ id: 'integer', name: 'text', note: 'text' }), key: ['id'] };
  const rows: Texts[] = [['1', 'Ada', null], ['2', '', 'x']]; // prettier-ignore

  it('choose and name columns without copying a byte', async () => {
    const steps = await bindAll(bench, input, [{ select: ['note', 'id'] }, { rename: { note: 'id', id: 'note' } }]);
    const [stage] = planStages(steps, input);
    if (stage?.kind !== 'stream') throw new Error('not a stream');
    const batch = textsBatch(input, rows);
    const operator = await stage.open(bench.resources);
    const result = await applyOne(operator, batch);
    expect(result.shares).toBe(true);
    expect(result.batch.text?.bytes).toBe(batch.text?.bytes);
    expect(textsOf(stage.output, result.batch)).toEqual([[null, '1'], ['x', '2']]); // prettier-ignore
    expect(names(stage.output)).toEqual(['id', 'note']);
    expect(stage.output.key).toEqual(['note']);
    expect(result.counts.map(({ in: got, out }) => [got, out])).toEqual([[2, 2], [2, 2]]); // prettier-ignore
    await operator.close();
  });

  it('forget the key where one of its columns is gone', async () => {
    const [step] = await bindAll(bench, input, [{ drop: ['id'] }]);
    expect(step?.output.key).toEqual([]);
  });

  it.each([
    [{ select: ['id', 'naem'] }, /select names column naem/, "Did you mean 'name'?"],
    [{ drop: ['id', 'name', 'note'] }, /drop leaves no column/, undefined],
    [{ rename: { id: 'name' } }, /two columns named name/, 'Rename one of them'],
    [{ rename: { id: 'NAME' } }, /differ only in case/, 'Rename one of them'],
    [{ select: ['id', 'id'] }, /names column id twice/, undefined],
    [{ selct: ['id'] }, /There is no step selct/, "Did you mean 'select'?"],
  ])('refuse %j with place and hint', async (wish, message, hint) => {
    const bound = bindAll(bench, input, [wish]);
    await expect(bound).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
      place: { file: 'jobs/x/job.yaml', line: 9 },
    });
    if (hint !== undefined) await expect(bound).rejects.toMatchObject({ hint });
  });
});

describe('cast', () => {
  const input = schemaOf({ id: 'text', total: 'text', placed: 'text', note: 'text' });

  it('changes only the cells that need it, and rejects rows with a reason that has no value', async () => {
    const out = await runSteps(
      bench, input,
      [['1', '1.5', '31.01.2026', 'ä'], ['x', '2', '01.02.2026', null], ['3', '2.345', '01.02.2026', ''], ['4', null, null, 'plain']],
      [{ cast: { id: 'integer', total: 'decimal(12,2)', placed: { to: 'date', format: 'DD.MM.YYYY' } } }],
    ); // prettier-ignore
    expect(out.rows).toEqual([['1', '1.50', '2026-01-31', 'ä'], ['4', null, null, 'plain']]); // prettier-ignore
    expect(out.schema.fields.map(({ type }) => typeName(type))).toEqual(['integer', 'decimal(12,2)', 'date', 'text']);
    expect(out.rejects).toMatchObject([
      { step: 'cast id, total, placed', field: 'id', values: ['x', '2', '01.02.2026', null], origin: { part: 'p', first: 1 } },
      { field: 'total', values: ['3', '2.345', '01.02.2026', ''], origin: { part: 'p', first: 2 } },
    ]);
    expect(out.rejects.map(({ reason }) => reason)).toEqual([
      'id is not a number (cast to integer)',
      'total has more than 2 digits behind the point: state round to allow that (cast to decimal(12,2))',
    ]);
    expect(out.numbers).toEqual([0, 3]);
    expect(out.counts).toEqual([{ step: 'cast id, total, placed', in: 4, out: 2, filtered: 0, deduplicated: 0, rejected: 2, warned: 0 }]);
  });

  it('trims and cuts texts where that is stated', async () => {
    const out = await runSteps(bench, schemaOf({ a: 'text' }), [[' ab '], ['abcd'], [' ']], [{ cast: { a: { to: 'text(3)', trim: true, cut: true } } }]); // prettier-ignore
    expect(out.rows).toEqual([['ab'], ['abc'], ['']]);
  });

  it('refuses bytes that are no text', async () => {
    const bytes = schemaOf({ raw: 'bytes' });
    const steps = await bindAll(bench, bytes, [{ cast: { raw: 'text' } }]);
    const [stage] = planStages(steps, bytes);
    if (stage?.kind !== 'stream') throw new Error('not a stream');
    const operator = await stage.open(bench.resources);
    const batch = {
      ...textsBatch(bytes, [['a']]),
      text: { bytes: Uint8Array.of(0xff, 0x41), index: Int32Array.of(0, 1, 1, 2), stride: 1 },
      length: 2,
    };
    const result = await applyOne(operator, batch);
    expect(textsOf(stage.output, result.batch)).toEqual([['A']]);
    expect(result.rejects).toMatchObject([{ reason: 'raw is not text in UTF-8 (cast to text)', values: ['\\xff'] }]);
  });

  it('names the column where type or options are wrong', async () => {
    await expect(bindAll(bench, input, [{ cast: { total: 'decimal(2,5)' } }])).rejects.toThrow(/'decimal\(2,5\)' is not a type/);
    await expect(bindAll(bench, input, [{ cast: { total: { to: 'text', round: 'up' } } }])).rejects.toThrow(
      /cast of total: .*no option round/,
    );
    await expect(bindAll(bench, input, [{ cast: { total: { to: 'date', formt: 'x' } } }])).rejects.toThrow(/cast/);
  });

  it('keeps a batch as it is where every cell is canonical, its CSV text too', async () => {
    const steps = await bindAll(bench, input, [{ cast: { id: 'integer' } }]);
    const [stage] = planStages(steps, input);
    if (stage?.kind !== 'stream') throw new Error('not a stream');
    const csv = Buffer.from('1,a,b,c\n');
    const batch = { ...textsBatch(input, [['1', 'a', 'b', 'c']]), csv };
    const { batch: out, shares } = await applyOne(await stage.open(bench.resources), batch);
    expect(shares).toBe(true);
    expect(out.csv).toBe(csv);
    expect(out.rows()).toEqual([[1n, 'a', 'b', 'c']]);
  });

  it('never changes the batch that it was given, and copies only the part of shared bytes that is in use', async () => {
    const steps = await bindAll(bench, input, [{ cast: { total: 'decimal(12,2)' } }]);
    const [stage] = planStages(steps, input);
    if (stage?.kind !== 'stream') throw new Error('not a stream');
    const cells = textsBatch(input, [['1', '2', '3', 'x']]).text;
    if (cells === undefined) throw new Error('no cells');
    const bytes = Buffer.alloc(20_000, 'z');
    bytes.set(cells.bytes, 10_000);
    const index = cells.index.map((at) => at + 10_000);
    const before = [Buffer.from(bytes), Int32Array.from(index)];
    const given = { ...textsBatch(input, [['1', '2', '3', 'x']]), text: { bytes, index, stride: 4 } };
    const { batch, shares } = await applyOne(await stage.open(bench.resources), given);
    expect(shares).toBe(false);
    expect(textsOf(stage.output, batch)).toEqual([['1', '2.00', '3', 'x']]);
    expect([bytes, index]).toEqual(before);
    expect(batch.text?.bytes.length).toBeLessThan(100);
  });
});

describe('clean', () => {
  const input = schemaOf({ id: 'integer', name: 'text(5)', code: 'text' });
  const clean = async (options: unknown, ...texts: (string | null)[]): Promise<(string | null)[]> => {
    const out = await runSteps(bench, schemaOf({ code: 'text' }), texts.map((text) => [text]), [{ clean: options }]); // prettier-ignore
    return out.rows.map(([code]) => code ?? null);
  };

  it('does to each text what it is told, in one order', async () => {
    expect(await clean({ trim: true }, ' a b ', '\u00a0x\u2003', 'a', '', null)).toEqual(['a b', 'x', 'a', '', null]);
    expect(await clean({ collapse_spaces: true }, 'a  b\t\nc', ' a', 'a b', 'a\tb')).toEqual(['a b c', ' a', 'a b', 'a b']);
    expect(await clean({ empty_to_null: true }, '', ' ', 'x')).toEqual([null, ' ', 'x']);
    expect(await clean({ trim: true, empty_to_null: true, null_values: ['N/A', '-'] }, ' N/A', '-', '--', '  ')).toEqual([
      null,
      null,
      '--',
      null,
    ]);
    expect(await clean({ case: 'upper' }, 'straße', 'ÄÖ', 'a1')).toEqual(['STRASSE', 'ÄÖ', 'A1']);
    expect(await clean({ case: 'lower', null_values: ['n/a'] }, 'N/A', 'ÀB')).toEqual([null, 'àb']);
    expect(await clean({ strip_control: true }, 'a\u0000b\u200bc\ufeff', 'x\ty', 'می\u200cخواهم')).toEqual([
      'abc',
      'x\ty',
      'می\u200cخواهم',
    ]);
    expect(await clean({ unicode: 'nfc' }, 'e\u0301', 'é')).toEqual(['é', 'é']);
  });

  it('sees by the bytes what is clean exactly as by the text', async () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        fc.stringMatching(/^[ \tA-Za-z\-/]{0,5}$/),
        fc.constantFrom('N/A', ' N/A', 'n/a', '', ' ', '\u00a0'),
      ),
      { minLength: 1, maxLength: 20 },
    );
    const options = fc.record({
      trim: fc.boolean(),
      collapse_spaces: fc.boolean(),
      strip_control: fc.boolean(),
      empty_to_null: fc.boolean(),
      case: fc.constantFrom('upper', 'lower', undefined),
      unicode: fc.constantFrom('nfc', 'nfkc', undefined),
      null_values: fc.constantFrom(['N/A'], ['n/a', ''], undefined),
    });
    const { cleanText } = await import('../../src/transforms/clean-text.js');
    await fc.assert(
      fc.asyncProperty(texts, options, async (given, wished) => {
        const wish = {
          ...wished,
          case: wished.case,
          unicode: wished.unicode,
        };
        const { clean: cleanOne, isClean } = cleanText(wish);
        for (const text of given) {
          const bytes = Buffer.from(text);
          if (isClean(bytes, 0, bytes.length)) expect(cleanOne(text)).toBe(text);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('works on all texts where it names no columns, and rejects what no longer fits', async () => {
    const out = await runSteps(bench, input, [['1', ' Ada ', ' x '], ['2', 'ßßß', 'y']], [{ clean: { trim: true, case: 'upper' } }]); // prettier-ignore
    expect(out.rows).toEqual([['1', 'ADA', 'X']]);
    expect(out.rejects).toMatchObject([
      { field: 'name', reason: 'name is longer than 5 characters when it is clean', values: ['2', 'ßßß', 'y'] },
    ]);
  });

  it('makes columns nullable where it makes nulls, and refuses columns that are no text', async () => {
    const strict = { fields: input.fields.map((field) => ({ ...field, nullable: false })), key: [] };
    const [step] = await bindAll(bench, strict, [{ clean: { columns: ['code'], empty_to_null: true } }]);
    expect(step?.output.fields.map(({ nullable }) => nullable)).toEqual([false, false, true]);
    await expect(bindAll(bench, input, [{ clean: { columns: ['id'], trim: true } }])).rejects.toThrow(/works on text, but id is integer/);
    await expect(bindAll(bench, input, [{ clean: {} }])).rejects.toThrow(/does not say what to do/);
  });
});
