import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isEtlError, suggestion } from '@etl/sdk';
import { cellText, patternOf } from './cell-text.js';
import type { DatasetExpectation, ExpectedCells, GivenCells, GivenSource, JobTest, TestExpectations } from './job-test.js';
import type { Job } from './job.js';
import { resolveParams } from './param-values.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import { readYaml } from './read-yaml.js';
import { readSource } from './source-text.js';
import { testFileShape, type ExpectationShape, type TestShape } from './test-file.js';
import { childOf, keyAt, spanAt, type YamlNode } from './yaml-node.js';

/** The tests beside a job; none where there is no job.test.yaml. Throws CONFIG_INVALID with every mistake. */
export async function readTests(job: Job): Promise<readonly JobTest[]> {
  const problems = new Problems();
  const tests = await readTestFile(job, job, problems);
  problems.throwIfAny();
  return tests;
}

/** The tests as far as they can be read; what cannot is reported. Without the job itself, only the shape of the file is looked at. */
export async function readTestFile(
  { directory, file }: Pick<Job, 'directory' | 'file'>,
  job: Job | null,
  problems: Problems,
): Promise<readonly JobTest[]> {
  const source = await readSource(join(directory, 'job.test.yaml'), file.replace(/job\.yaml$/, 'job.test.yaml'));
  const root = source && readYaml(source, problems);
  if (root === null) return [];
  const parsed = parseNode(testFileShape, root, problems, { what: 'job.test.yaml' });
  const list = childOf(root, 'tests');
  const names = new Set<string>();
  return (parsed?.data.tests ?? []).flatMap((shape, index) => {
    const node = list && childOf(list, index);
    if (node === undefined) return [];
    if (names.has(shape.name))
      problems.add({ message: `Two tests are called '${shape.name}'`, at: spanAt(node, ['name']), hint: 'Change one of them' });
    names.add(shape.name);
    return job === null ? [] : [readTest(job, { shape, node }, problems)];
  });
}

function readTest(job: Job, { shape, node }: { shape: TestShape; node: YamlNode }, problems: Problems): JobTest {
  const { name, params, started, given, expect } = shape;
  const { rejects, error, ...datasets } = expect;
  checkTest(job, { shape, node }, problems);
  const sources = new Map(Object.keys(given).map((dataset): [string, GivenSource] => [dataset, givenSource(dataset, node)]));
  const rowsOf = (dataset: string) => childOf(childOf(node, 'expect') ?? node, dataset);
  const expected = Object.entries(datasets).map(([dataset, each]): [string, DatasetExpectation] => [
    dataset,
    readExpectation(each, rowsOf(dataset)),
  ]);
  const expectations: TestExpectations = {
    datasets: new Map(expected),
    ...(rejects !== undefined && { rejects: readExpectation(rejects, rowsOf('rejects')) }),
    ...(error !== undefined && { error }),
  };
  const { file, line, column } = spanAt(node, ['name']);
  const place = { file, line, column, job: job.name };
  return {
    name,
    params: new Map(Object.entries(params)),
    given: sources,
    expect: expectations,
    place,
    ...(started !== undefined && { started }),
  };
}

/** Names of datasets and parameters are the job's, files are there, every extract is given. */
function checkTest(job: Job, { shape, node }: { shape: TestShape; node: YamlNode }, problems: Problems): void {
  const extracts = job.extracts.map(({ dataset }) => dataset);
  const datasets = new Set([...extracts, ...job.transforms.map(({ dataset }) => dataset)]);
  for (const [dataset, source] of Object.entries(shape.given)) {
    const at = spanAt(node, ['given', dataset]);
    if (!extracts.includes(dataset))
      problems.add({
        message: `The job has no extract '${dataset}'`,
        at: keyAt(node, ['given', dataset]),
        hint: suggestion(dataset, extracts, { what: 'Extracts' }),
      });
    if (typeof source === 'string' && !existsSync(resolve(job.directory, source)))
      problems.add({ code: 'NOT_FOUND', message: `The file ${source} does not exist`, at, hint: `It is looked for from jobs/${job.name}` });
  }
  const missing = extracts.filter((dataset) => !(dataset in shape.given));
  if (missing.length > 0)
    problems.add({
      message: `The test gives nothing for ${missing.join(', ')}`,
      at: spanAt(node, ['given']),
      hint: `Where it shall be empty, say so: ${missing[0]}: []`,
    });
  const special = ['rejects', 'error'];
  for (const dataset of Object.keys(shape.expect))
    if (!special.includes(dataset) && !datasets.has(dataset))
      problems.add({
        message: `The job has no dataset '${dataset}'`,
        at: keyAt(node, ['expect', dataset]),
        hint: suggestion(dataset, [...datasets, ...special], { what: 'There are' }),
      });
  try {
    resolveParams(job, new Map(Object.entries(shape.params)));
  } catch (error) {
    if (!isEtlError(error)) throw error;
    problems.add({ message: error.message, at: spanAt(node, ['params']), hint: error.hint });
  }
}

function givenSource(dataset: string, node: YamlNode): GivenSource {
  const source = childOf(childOf(node, 'given') ?? node, dataset);
  const { file, line, column } = spanAt(node, ['given', dataset]);
  const place = { file, line, column, dataset };
  if (source?.kind === 'scalar') return { file: source.source, place };
  return { rows: source?.kind === 'list' ? source.items.map((row) => cellsOf(row, cellText)) : [], place };
}

function readExpectation({ rows, schema }: ExpectationShape, node: YamlNode | undefined): DatasetExpectation {
  const list = (name: string): ExpectedCells[] | undefined => {
    const found = node && childOf(node, name);
    return found?.kind === 'list' ? found.items.map((row) => cellsOf(row, expectedCell)) : undefined;
  };
  const contain = list('contain');
  const equal = list('equal');
  return {
    ...(rows !== undefined && { rows }),
    ...(schema !== undefined && { schema }),
    ...(contain && { contain }),
    ...(equal && { equal }),
  };
}

const cellsOf = <C extends GivenCells[string] | ExpectedCells[string]>(
  row: YamlNode,
  cell: (node: YamlNode) => C,
): { readonly [column: string]: C } =>
  Object.fromEntries(row.kind === 'map' ? [...row.entries].map(([name, { value }]) => [name, cell(value)]) : []);

function expectedCell(node: YamlNode): ExpectedCells[string] {
  const matches = patternOf(node);
  return matches === null ? cellText(node) : { matches };
}
