import { typeName, type Schema } from '@etl/sdk';
import { yamlList, yamlText } from './yaml-text.js';

/** schemas.yaml: the columns of each dataset. */
export const schemasText = (schemas: ReadonlyMap<string, Schema>): string =>
  [...schemas].map(([dataset, schema]) => datasetText(dataset, schema)).join('');

const datasetText = (dataset: string, { fields, key }: Schema): string =>
  [
    `${dataset}:`,
    ...(key.length > 0 ? [`  key: ${yamlList(key)}`] : []),
    '  columns:',
    ...fields.map(({ name, type, nullable }) => `    ${yamlText(name)}: ${yamlText(`${typeName(type)}${nullable ? '' : ' not null'}`)}`),
    '',
  ].join('\n');
