import { isDeepStrictEqual } from 'node:util';
import { EtlError, type Field, type Schema } from '@etl/sdk';
import { isMap, isScalar, parseDocument, YAMLMap, YAMLSeq, type Document, type Pair } from 'yaml';
import { columnOf, columnText } from './column-text.js';
import type { Schemas } from './read-schemas.js';
import { schemaComment } from './schema-comment.js';
import { schemasFileShape } from './schemas-file.js';

const header = `${schemaComment('schemas', 2)}\n Columns of what this job extracts, written by etl init, preview and run. Commit it. Edit a type to read the column as that type.`;

/** The text of schemas.yaml with these schemas: everything in `before` that says the same already stays as it is, comments too. */
export function schemasText(before: string | null, schemas: Schemas, file: string): string {
  const document: Document = parseDocument(before ?? '', {
    version: '1.2',
    schema: 'core',
    intAsBigInt: true,
    uniqueKeys: true,
    logLevel: 'silent',
  });
  const [problem] = [...document.errors, ...document.warnings];
  const root: unknown = document.contents;
  if (problem !== undefined || (root !== null && !isMap(root)))
    throw new EtlError('CONFIG_INVALID', `${file} cannot be changed: ${problem?.message ?? 'it is not a map'}`, {
      place: { file },
      hint: 'etl validate shows where',
    });
  const map = isMap(root) ? root : new YAMLMap();
  if (root === null) {
    document.contents = map;
    if (before === null) document.commentBefore = header;
  }
  const kept = map.items.filter((pair) => schemas.has(keyOf(pair)));
  const known = new Set(kept.map(keyOf));
  const added = [...schemas.keys()].filter((dataset) => !known.has(dataset)).map((dataset) => document.createPair(dataset, new YAMLMap()));
  map.items = [...kept, ...added];
  for (const pair of map.items) pair.value = datasetNode(document, pair.value, schemas.get(keyOf(pair)));
  if (map.items.length === 0) map.flow = true;
  // Padding is for maps: `{ type: text }`, but `[id]`
  const after = document.toString({ lineWidth: 0, flowCollectionPadding: true }).replace(/^( *key: \[) (.*) \](?=$| #)/gm, '$1$2]');
  return before !== null && sameMeaning(before, after) ? before : after;
}

function datasetNode(document: Document, before: unknown, schema: Schema | undefined): unknown {
  const node = isMap(before) ? before : new YAMLMap();
  if (schema === undefined) return node;
  const columns = node.get('columns', true);
  node.delete('columns');
  if (schema.key.length === 0) node.delete('key');
  else if (JSON.stringify(document.createNode(schema.key).toJSON()) !== JSON.stringify(plain(node.get('key', true))))
    node.set('key', flowList(document, schema.key));
  node.items.push(document.createPair('columns', columnsNode(document, columns, schema)));
  return node;
}

/** Columns have an order, which is that of the schema; pairs that are there already keep their comments. */
function columnsNode(document: Document, before: unknown, { fields }: Schema): YAMLMap {
  const node = isMap(before) ? before : new YAMLMap();
  const pairs = new Map(node.items.map((pair) => [keyOf(pair), pair]));
  node.items = fields.map((field) => {
    const pair = pairs.get(field.name) ?? document.createPair(field.name, null);
    if (!means(pair.value, field)) pair.value = replaceValue(document, pair.value, columnText(field));
    return pair;
  });
  return node;
}

/** Whether what stands there says the same already, in whatever words. */
function means(before: unknown, field: Field): boolean {
  const written = schemasFileShape.safeParse({ it: { columns: { it: plain(before) } } }).data?.['it']?.columns['it'];
  return written !== undefined && isDeepStrictEqual(columnOf(field.name, written), field);
}

function replaceValue(document: Document, before: unknown, value: unknown): unknown {
  const node = document.createNode(value, { flow: true });
  if (isScalar(before) && before.comment != null) node.comment = before.comment;
  return node;
}

function flowList(document: Document, items: readonly string[]): YAMLSeq {
  const node = new YAMLSeq();
  node.items = items.map((item) => document.createNode(item));
  node.flow = true;
  return node;
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? (key.source ?? String(key.value)) : String(key));

const plain = (node: unknown): unknown =>
  isScalar(node) ? node.value : isMap(node) || node instanceof YAMLSeq ? (node.toJSON() as unknown) : node;

function sameMeaning(before: string, after: string): boolean {
  // Maps and not objects, which forget the order of names such as 2024
  const read = (text: string): unknown => parseDocument(text, { logLevel: 'silent' }).toJS({ mapAsMap: true });
  return isDeepStrictEqual(entriesOf(read(before)), entriesOf(read(after)));
}

const entriesOf = (value: unknown): unknown =>
  value instanceof Map
    ? [...value].map(([key, inner]: [unknown, unknown]) => [key, entriesOf(inner)])
    : Array.isArray(value)
      ? value.map(entriesOf)
      : value;
