import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { parseNode } from '../../src/project/parse-node.js';
import { Problems } from '../../src/project/problem.js';
import { readYaml } from '../../src/project/read-yaml.js';
import { SourceText } from '../../src/project/source-text.js';
import type { YamlNode } from '../../src/project/yaml-node.js';

function read(text: string): { node: YamlNode | null; problems: Problems } {
  const problems = new Problems();
  return { node: readYaml(new SourceText('f.yaml', text), problems), problems };
}

function parse<T>(schema: z.ZodType<T>, text: string): { data: T | undefined; messages: string[] } {
  const { node, problems } = read(text);
  const parsed = node && parseNode(schema, node, problems, { what: 'it' });
  return { data: parsed?.data, messages: problems.list().map(({ message }) => message) };
}

/** Texts that YAML readers are known to bend. */
const bent = ['01234', '1.10', '9007199254740993', '1e5', '1_000', '0x1F', '0o17', '+5', '-0', '.5', '5.', 'yes', 'no', 'on', 'off', 'true', 'False', '12:30:45', '2026-01-31', '.inf', '.nan', '123456789012345678901234567890', '1.0', '00', '1e400']; // prettier-ignore

describe('text', () => {
  it('is what was typed wherever the schema asks for text', () => {
    for (const text of bent) {
      expect([text, parse(z.strictObject({ a: z.string() }), `a: ${text}\n`).data]).toEqual([text, { a: text }]);
      expect([text, parse(z.array(z.string()), `[${text}, "${text}"]\n`).data]).toEqual([text, [text, text]]);
      expect([text, parse(z.record(z.string(), z.string()), `${text}: ${text}\n`).data]).toEqual([text, { [text]: text }]);
    }
  });

  it('is what was typed also where a union leaves the choice, unless a number gives it back', () => {
    const schema = z.array(z.union([z.number(), z.string(), z.boolean()]));
    expect(parse(schema, '[1, 1.5, 01, 1.10, 9007199254740993, 1e5, true, TRUE, x]').data).toEqual([
      1,
      1.5,
      '01',
      '1.10',
      '9007199254740993',
      '1e5',
      true,
      'TRUE',
      'x',
    ]);
  });

  it('is what was typed in every branch of a union of objects', () => {
    const schema = z.union([
      z.strictObject({ kind: z.literal('a'), v: z.string() }),
      z.strictObject({ kind: z.literal('b'), v: z.number() }),
    ]);
    expect(parse(z.array(schema), '[{ kind: a, v: 05 }, { kind: b, v: 5 }, { kind: b, v: 0.50 }]').data).toEqual([
      { kind: 'a', v: '05' },
      { kind: 'b', v: 5 },
      { kind: 'b', v: 0.5 },
    ]);
  });

  it('of any kind comes back from a quoted or block scalar', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        fc.pre(!/\p{Cs}/u.test(text));
        const quoted = JSON.stringify(text).replace(
          /[\x7f-\uffff]/g,
          (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        const { data, messages } = parse(z.strictObject({ a: z.string() }), `a: ${quoted}\n`);
        expect([messages, data]).toEqual([[], { a: text }]);
      }),
      { numRuns: 300 },
    );
  });

  it('that is missing is not the text null', () => {
    expect(parse(z.strictObject({ a: z.string() }), 'a:\n').messages).toEqual(['a of it must be text, not nothing']);
    expect(parse(z.strictObject({ a: z.string() }), 'a: null\n').messages).toEqual(['a of it must be text, not null']);
    expect(parse(z.strictObject({ a: z.string().nullable() }), 'a: ~\n').data).toEqual({ a: null });
  });
});

describe('numbers', () => {
  it('are exact or refused', () => {
    const schema = z.strictObject({ a: z.number() });
    expect(parse(schema, 'a: 42\n').data).toEqual({ a: 42 });
    expect(parse(schema, 'a: 0.50\n').data).toEqual({ a: 0.5 });
    expect(parse(schema, 'a: 1e3\n').data).toEqual({ a: 1000 });
    for (const text of ['012', '0x1F', '1_000', '.inf', 'ten', '"5"', 'true'])
      expect(parse(schema, `a: ${text}\n`).messages).toHaveLength(1);
    expect(parse(z.strictObject({ a: z.bigint() }), 'a: 9007199254740993\n').data).toEqual({ a: 9007199254740993n });
    expect(parse(z.strictObject({ a: z.int() }), 'a: 9007199254740993\n').messages).toHaveLength(1);
  });
});

describe('reading YAML', () => {
  it('bounds what aliases stand for', () => {
    const bomb = [
      'a: &a0 [x, x, x, x, x, x, x, x, x, x]',
      ...Array.from({ length: 9 }, (_, i) => `b${i}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`),
    ].join('\n');
    const { problems } = read(bomb);
    expect(problems.list()[0]?.message).toBe('The aliases of this file stand for more than 10000 values');
    expect(parse(z.unknown(), 'a: &x [1]\nb: *x\n').data).toEqual({ a: [1], b: [1] });
  });

  it.each(['[', '{a: ', '- ', '? ', 'a: '])('refuses a depth at which parsers die: %j', (opening) => {
    const { problems } = read(opening.repeat(20_000));
    expect(problems.size).toBeGreaterThan(0);
  });

  it('keeps the place of every key and value', () => {
    const { node } = read('a:\n  - é: "x"\n    b: |\n      text\n');
    const item = node?.kind === 'map' ? node.entries.get('a')?.value : undefined;
    const map = item?.kind === 'list' ? item.items[0] : undefined;
    const entry = map?.kind === 'map' ? map.entries.get('é') : undefined;
    expect([entry?.key, entry?.value.span]).toEqual([
      { file: 'f.yaml', line: 2, column: 5, length: 1 },
      { file: 'f.yaml', line: 2, column: 8, length: 3 },
    ]);
  });

  const piece = fc.constantFrom('a', 'b:', ': ', '- ', '\n', '\n  ', '"', "'", '[', ']', '{', '}', ',', '#', ' #', '&a ', '*a', '!t ', '|', '>-', '\t', '?', '%YAML', '---', '...', '<<: ', '\r\n', '\r', '0', '1.0', '~', '\u0000', '\ufeff', '😀', '\ud800', '\\', '`', '@'); // prettier-ignore
  const yamlish = fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('gives a node or a problem for any text, and never throws or hangs', () => {
    fc.assert(
      fc.property(yamlish, (text) => {
        const { node, problems } = read(text);
        if (problems.size > 0) expect(node).toBeNull();
        for (const { place, message } of problems.list()) {
          expect(message).not.toBe('');
          expect(place.line).toBeGreaterThanOrEqual(1);
          expect(place.line).toBeLessThanOrEqual(text.split('\n').length);
          expect(place.column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
