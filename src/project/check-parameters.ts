import { suggestion } from '@etl/sdk';
import { codeTexts, isCodeField } from './check-code-text.js';
import type { ReadJobParts } from './job-parts.js';
import { extractFields, loadFields } from './job-shape.js';
import { placeholdersIn, unknownPlaceholder } from './placeholders.js';
import type { Problems } from './problem.js';
import { spanInside } from './span-inside.js';
import { sqlParameters } from './sql-parameters.js';
import { bindsParameters } from './supplied-params.js';
import type { YamlNode } from './yaml-node.js';

/** Each `:name` in SQL and each `{name}` in an option is a declared parameter or a value of the run. */
export function checkParameters({ root, params, extracts, loads, statements }: ReadJobParts, problems: Problems): void {
  const names = [...params.keys()];
  const parents = new Map(
    extracts.flatMap(({ node, entry }) => codeTexts(node).map((code) => [code.node, entry.each?.distinct ?? []] as const)),
  );
  for (const { node } of codeTexts(root))
    for (const { name, at } of sqlParameters(node.source)) {
      if (params.has(name) || name === 'run_started' || parents.get(node)?.includes(name) === true) continue;
      const hint = suggestion(name, [...names, 'run_started'], { what: 'There are' });
      problems.add({
        message: `:${name} is not a parameter of the job`,
        at: spanInside(problems.textOf(node.span.file), node, at, name.length + 1),
        hint: `${hint ?? ''} Declare others under params`.trim(),
      });
    }
  const takers = [
    ...extracts.map(({ node, connector }) => ({ node, connector, schema: connector?.extractor?.options })),
    ...loads.map(({ node, connector }) => ({ node, connector, schema: connector?.loader?.options })),
    ...statements.map(({ node, connector }) => ({ node, connector, schema: connector?.statements?.options })),
  ];
  for (const { node, connector, schema } of takers)
    for (const { node: code } of connector === null || bindsParameters(schema) ? [] : codeTexts(node))
      if (sqlParameters(code.source).some(({ name }) => parents.get(code)?.includes(name) !== true))
        problems.add({
          code: 'CAPABILITY_MISSING',
          message: `The connector ${connector?.name ?? ''} cannot bind parameters in its SQL`,
          at: code.span,
        });
  const owned = (key: string): boolean => key !== 'add' && (Object.hasOwn(extractFields, key) || Object.hasOwn(loadFields, key));
  for (const extract of [...extracts, ...loads, ...statements]) {
    const own = 'each' in extract.entry ? [...names, ...extract.entry.each.distinct] : names;
    for (const [key, { value }] of extract.node.entries)
      if (!owned(key)) checkPlaceholders({ node: value, field: key, names: own }, problems);
  }
}

function checkPlaceholders({ node, field, names }: { node: YamlNode; field: string; names: readonly string[] }, problems: Problems): void {
  if (isCodeField(field)) return;
  if (node.kind === 'list') for (const item of node.items) checkPlaceholders({ node: item, field, names }, problems);
  if (node.kind === 'map') for (const [key, { value }] of node.entries) checkPlaceholders({ node: value, field: key, names }, problems);
  if (node.kind !== 'scalar') return;
  for (const name of placeholdersIn(node.source)) {
    if (names.includes(name) || name === 'run.id' || name === 'run.date') continue;
    const { message, hint } = unknownPlaceholder(name, names);
    problems.add({ message, at: node.span, hint: `${hint ?? ''} Write {{${name}}} for the braces themselves`.trim() });
  }
}
