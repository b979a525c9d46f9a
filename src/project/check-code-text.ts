import type { Problems } from './problem.js';
import type { ScalarNode, YamlNode } from './yaml-node.js';

/** Fields that hold SQL or an expression, wherever they stand in a job. */
const codeFields: ReadonlySet<string> = new Set(['sql', 'query', 'expression', 'filter', 'where', 'when', 'pre', 'post', 'statements']);
/** Fields that map names to expressions. */
const codeMaps: ReadonlySet<string> = new Set(['derive']);

/** Fields that map names of columns to something: there a column may be called `query`. */
const columnMaps: ReadonlySet<string> = new Set(['rename', 'cast', 'columns', 'add', 'params']);

/** Whether an option of this name is SQL or an expression: it is never spliced into, and `:name` stands for a parameter. */
export const isCodeField = (name: string): boolean => codeFields.has(name);

/** A piece of SQL or an expression of a job. */
export interface CodeText {
  readonly field: string;
  readonly node: ScalarNode;
}

/** All SQL and expressions below a node. */
export function codeTexts(node: YamlNode, field = ''): CodeText[] {
  if (node.kind === 'list') return node.items.flatMap((item) => codeTexts(item, field));
  if (node.kind === 'scalar') return [];
  return [...node.entries].flatMap(([key, { value }]) => {
    const isCode = codeMaps.has(field) || isCodeField(key);
    if (columnMaps.has(key) && !codeMaps.has(field)) return [];
    if (isCode && value.kind === 'list')
      return value.items.flatMap((item) => (item.kind === 'scalar' ? [{ field: key, node: item }] : codeTexts(item, key)));
    return isCode && value.kind === 'scalar' ? [{ field: key, node: value }] : codeTexts(value, key);
  });
}

/**
 * SQL and expressions stand in quotes or in a block scalar: YAML cuts plain text at ` #`, reads `!x` as a tag and `a: b` as a map, so that what
 * runs would not be what was written.
 */
export function checkCodeText(root: YamlNode, problems: Problems): void {
  for (const { field, node } of codeTexts(root)) {
    if (node.style !== 'plain' || typeof node.value !== 'string') continue;
    const hint =
      node.source.length > 60 ? 'Write | behind the colon and the text below it, indented' : `Write ${JSON.stringify(node.source)}`;
    problems.add({
      message: `${field} is SQL and must stand in quotes or in a block, since YAML cuts plain text at #`,
      at: node.span,
      hint,
    });
  }
}
