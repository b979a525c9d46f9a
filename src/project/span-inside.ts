import type { ScalarNode, Span } from './yaml-node.js';

/**
 * Where a piece of a quoted or block scalar stands in the file: `offset` and `length` are those in what the scalar stands for. The scalar itself,
 * where escapes or folding moved the piece.
 */
export function spanInside(text: string, { source, style, span }: ScalarNode, offset: number, length: number): Span {
  const piece = source.slice(offset, offset + length);
  const lines = text.split('\n');
  const before = source.slice(0, offset).split('\n');
  const rowInside = before.length - 1;
  const columnInside = before.at(-1)?.length ?? 0;
  const line = style === 'block' ? span.line + 1 + rowInside : span.line;
  const there = lines[line - 1] ?? '';
  const own = source.split('\n')[rowInside] ?? '';
  const start = style === 'block' ? there.indexOf(own) : span.column;
  const found = start >= 0 && (style === 'block' || rowInside === 0) && there.startsWith(piece, start + columnInside);
  return found ? { file: span.file, line, column: start + columnInside + 1, length } : span;
}
