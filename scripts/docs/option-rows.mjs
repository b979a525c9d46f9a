import { z } from 'zod';
import { code } from './markdown.mjs';

/** Every option of a zod schema: name, what it may be, default, description. Options of objects within follow with their path. */
export function optionRows(schema) {
  const document = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: markSecret });
  return rowsOf(document, '', document.$defs ?? {});
}

export const optionHeadings = ['option', 'value', 'default', 'what it is'];

const markSecret = ({ zodSchema, jsonSchema }) => {
  if (zodSchema.meta?.()?.secret === true) jsonSchema.secret = true;
};

function rowsOf(schema, prefix, definitions) {
  const node = resolve(schema, definitions);
  const branches = (node.anyOf ?? node.oneOf ?? node.allOf ?? [])
    .map((branch) => resolve(branch, definitions))
    .filter((branch) => branch.properties);
  const properties = Object.assign({}, ...branches.map((branch) => branch.properties), node.properties ?? {});
  const required = new Set(node.required ?? []);
  return Object.entries(properties).flatMap(([name, raw]) => {
    const option = resolve(raw, definitions);
    const path = `${prefix}${name}`;
    const standard = option.default === undefined ? (required.has(name) ? 'required' : '') : code(JSON.stringify(option.default));
    const own = [code(path), valueOf(option, definitions), standard, option.description ?? ''];
    return [own, ...(option.properties ? rowsOf(option, `${path}.`, definitions) : [])];
  });
}

const resolve = (schema, definitions) =>
  schema.$ref === undefined
    ? schema
    : { ...resolve(definitions[schema.$ref.split('/').at(-1)] ?? {}, definitions), ...without(schema, '$ref') };

const without = (object, key) => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

function valueOf(raw, definitions) {
  const schema = resolve(raw, definitions);
  if (schema.secret) return `${code('{ secret: name }')}`;
  if (schema.enum) return schema.enum.map((value) => code(value)).join(', ');
  if (schema.const !== undefined) return code(schema.const);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return [...new Set(branches.map((branch) => valueOf(branch, definitions)))].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? valueOf(schema.items, definitions) : 'values'}`;
  if (schema.type === 'object')
    return schema.properties
      ? 'mapping'
      : `mapping of name to ${schema.additionalProperties ? valueOf(schema.additionalProperties, definitions) : 'value'}`;
  return (
    { string: 'text', integer: 'whole number', number: 'number', boolean: `${code('true')}, ${code('false')}` }[schema.type] ?? 'value'
  );
}
