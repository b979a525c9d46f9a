import { describe, expect, it } from '@jest/globals';
import iconv from 'iconv-lite';
import { readText, textSchema, type ReadOptions } from './memory-file.js';

const summary = async (content: string | Uint8Array, options?: ReadOptions) => {
  const { rows, rejects } = await readText(content, options);
  return { rows, rejects: rejects.map(({ place, code, values, origin }) => ({ place, code, values, number: origin?.first })) };
};

describe('CSV that is not as it should be', () => {
  it('rejects ragged rows with their true line, also behind quoted line ends', async () => {
    const text = 'a,b\n"1\n1",x\n2\n"3\n\n",y,z\n4,"v"\n';
    for (const block of [1, 5, 9, 1000])
      expect(await summary(text, { schema: textSchema('a', 'b'), block })).toEqual({
        rows: [
          ['1\n1', 'x'],
          ['4', 'v'],
        ],
        rejects: [
          { place: 'file.csv:4', code: 'ragged', values: ['2'], number: 1 },
          { place: 'file.csv:5', code: 'ragged', values: ['3\n\n', 'y', 'z'], number: 2 },
        ],
      });
  });

  it('rejects text behind a closing quote and a quote left open in the last row', async () => {
    expect(await summary('a,b\n"x"y,1\nok,2\nz,"open')).toEqual({
      rows: [['ok', '2']],
      rejects: [
        { place: 'file.csv:2', code: 'quote', values: ['x"y', '1'], number: 0 },
        { place: 'file.csv:4', code: 'quote', values: ['z', 'open'], number: 2 },
      ],
    });
  });

  it('stops at a quote that takes further rows with it, and says where it was opened', async () => {
    await expect(readText('a,b\n1,2\n3,"open\n5,6\n7,8\n')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      place: { file: 'file.csv', line: 3 },
      message: expect.stringContaining('line 3'),
    });
  });

  it('rejects a row whose bytes are not valid in the encoding, and never writes U+FFFD', async () => {
    const bytes = Buffer.concat([Buffer.from('id,name\n1,ä\n2,'), Buffer.from([0xe4, 0x62]), Buffer.from('\n3,ö\n')]);
    for (const block of [3, 8, 1000]) {
      const { rows, rejects } = await summary(bytes, { block });
      expect(rows).toEqual([
        ['1', 'ä'],
        ['3', 'ö'],
      ]);
      expect(rejects).toEqual([{ place: 'file.csv:3', code: 'encoding', values: ['2', '\\xE4b'], number: 1 }]);
    }
  });

  it('rejects a value that does not fit its type, and names column, line and cure', async () => {
    const { rejects, rows } = await readText('id,price\n1,1.5\n2,x\n,3\n', {
      options: { columns: { id: 'integer', price: 'decimal(5,2)' } },
    });
    expect(rows).toEqual([
      ['1', '1.50'],
      [null, '3.00'],
    ]);
    expect(rejects).toMatchObject([{ place: 'file.csv:3', field: 'price', code: 'type', values: ['2', 'x'] }]);
    expect(rejects[0]?.reason).toContain('columns: {price: text}');
  });

  it.each([
    ['a,b,a\n1,2,3\n', 'stands twice'],
    ['a,,c\n1,2,3\n', 'column 2 has no name'],
    ['id,Id\n1,2\n', 'differ only in case'],
  ])('refuses the header of %j', async (text, message) => {
    await expect(readText(text)).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining(message),
      place: { line: 1 },
      hint: expect.stringContaining('header:'),
    });
  });

  it.each([
    [Buffer.from('PAR1....'), 'is a Parquet file'],
    [Buffer.from([0x1f, 0x8b, 8, 0]), 'gzip'],
    [Buffer.from([0x50, 0x4b, 3, 4]), 'Excel'],
    [Buffer.from([1, 0, 2, 0, 10]), 'zero bytes'],
    [Buffer.from(''), 'is empty'],
  ])('says what a file is that is no text: %#', async (bytes, message) => {
    await expect(readText(bytes)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });
  });

  it('refuses columns that differ from those that were committed', async () => {
    await expect(readText('id,name,extra\n1,2,3\n', { schema: textSchema('id', 'total') })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringMatching(/missing: total; columns are new: name, extra/),
    });
  });
});

describe('CSV as people write it', () => {
  const rows = [
    ['1', 'ä;"x"'],
    ['2', null],
  ];
  it.each(['utf-16le', 'utf-16be', 'windows-1252', 'latin1', 'iso-8859-15'])('reads %s', async (encoding) => {
    const text = 'id,name\r\n1,"ä;""x"""\r\n2,\r\n';
    const bytes = iconv.encode(text, encoding, { addBOM: encoding.startsWith('utf-16') });
    for (const block of [5, 1000])
      expect((await readText(bytes, { options: encoding.startsWith('utf-16') ? {} : { encoding }, block })).rows).toEqual(rows);
  });

  it('finds the delimiter among comma, semicolon, tab and bar', async () => {
    for (const delimiter of [',', ';', '\t', '|']) {
      const text = [
        ['id', 'name'],
        ['1', 'a'],
        ['2', '"x,;|"'],
      ]
        .map((row) => row.join(delimiter))
        .join('\n');
      expect((await readText(text)).rows).toEqual([
        ['1', 'a'],
        ['2', 'x,;|'],
      ]);
    }
  });

  it('reads line ends that are carriage returns alone', async () => {
    for (const block of [1, 4, 100])
      expect((await readText('a,b\r1,"x\ry"\r2,z', { block })).rows).toEqual([
        ['1', 'x\ry'],
        ['2', 'z'],
      ]);
  });

  it('leaves out skipped, blank and comment lines, and still counts them', async () => {
    const text = '# made by\nreport\n\na,b\n# first\n1,2\n\nbad\n3,4\n# end';
    for (const block of [2, 7, 100])
      expect(await summary(text, { options: { skip: 2, comment: '#' }, block })).toMatchObject({
        rows: [
          ['1', '2'],
          ['3', '4'],
        ],
        rejects: [{ place: 'file.csv:8', values: ['bad'] }],
      });
  });

  it('tells null, the empty text and a stated null apart', async () => {
    const options = { columns: { n: 'integer', s: 'text' } };
    expect((await readText('n,s\n,\n"",""\n1,NA\n', { options })).rows).toEqual([
      [null, null],
      [null, ''],
      ['1', 'NA'],
    ]);
    expect((await readText('n,s\nNA,NA\n"NA","NA"\n,\n', { options: { ...options, null: 'NA' } })).rows).toEqual([
      [null, null],
      [null, ''],
    ]);
    expect((await readText('s\n\nx\n""\n', { options: { columns: { s: 'text' } } })).rows).toEqual([[null], ['x'], ['']]);
  });

  it('names columns itself, or as it is told', async () => {
    expect((await readText('1,a\n2,b\n', { options: { header: false } })).schema.fields.map(({ name }) => name)).toEqual([
      'column1',
      'column2',
    ]);
    expect((await readText('1,a\n2,b\n', { options: { header: ['id', 'name'] } })).rows).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });

  it('selects columns in the order in which they are listed', async () => {
    const { rows, schema } = await readText('a,b,c\n1,x,2.5\n3,y,4\n', { options: { columns: ['c', 'a'] } });
    expect(schema.fields.map(({ name }) => name)).toEqual(['c', 'a']);
    expect(rows).toEqual([
      ['2.5', '1'],
      ['4.0', '3'],
    ]);
  });

  it('reads a record that is many times longer than a block', async () => {
    const long = 'x,"\n'.repeat(5000);
    const text = `a,b\n1,"${long.replaceAll('"', '""')}"\n2,y\n`;
    expect((await readText(text, { block: 64 })).rows).toEqual([
      ['1', long],
      ['2', 'y'],
    ]);
  });

  it('stops at the limit', async () => {
    expect((await readText('a\n1\n2\n3\n4\n', { limit: 3, block: 3 })).rows).toEqual([['1'], ['2'], ['3']]);
  });
});
