import type { Problems } from './problem.js';
import type { YamlNode } from './yaml-node.js';

/** Fields that hold SQL or an expression, wherever they stand in a job. */
const codeFields: ReadonlySet<string> = new Set(['sql', 'query', 'expression', 'filter', 'where', 'when']);
/** Fields that map names to expressions. */
const codeMaps: ReadonlySet<string> = new Set(['derive']);

/** Whether an option of this name is SQL or an expression: it is never spliced into, and `:name` stands for a parameter. */
export const isCodeField = (name: string): boolean => codeFields.has(name);

/**
 * SQL and expressions stand in quotes or in a block scalar: YAML cuts plain text at ` #`, reads `!x` as a tag and `a: b` as a map, so that what
 * runs would not be what was written.
 */
export function checkCodeText(node: YamlNode, problems: Problems, field = ''): void {
  if (node.kind === 'list') for (const item of node.items) checkCodeText(item, problems, field);
  if (node.kind === 'map') for (const [key, { value }] of node.entries) checkEntry(key, value, problems, codeMaps.has(field));
}

function checkEntry(key: string, value: YamlNode, problems: Problems, inCodeMap: boolean): void {
  const isCode = inCodeMap || isCodeField(key);
  if (!isCode || value.kind !== 'scalar' || value.style !== 'plain' || typeof value.value !== 'string')
    return checkCodeText(value, problems, key);
  const block = value.source.length > 60 || value.source.includes('\n');
  const hint = block ? 'Write | behind the colon and the text below it, indented' : `Write ${JSON.stringify(value.source)}`;
  problems.add({ message: `${key} is SQL and must stand in quotes or in a block, since YAML cuts plain text at #`, at: value.span, hint });
}
