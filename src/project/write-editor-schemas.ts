import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isEtlError, type Connector } from '@etl/sdk';
import type { Registry } from '../registry/index.js';
import type { StepDefinition } from '../transforms/step.js';
import { chooseEnvironment, environmentsOf } from './choose-environment.js';
import { editorSchemas } from './editor-schemas.js';
import { Problems } from './problem.js';
import { readEtlFile } from './read-etl-file.js';
import { replaceFile } from './write-schemas.js';
import { childOf } from './yaml-node.js';

export interface EditorOptions {
  readonly variables: NodeJS.ProcessEnv;
  readonly registry: Registry;
  readonly steps: ReadonlyMap<string, StepDefinition>;
}

/**
 * Writes `.etl/schemas/*.schema.json` for editors, with the options of the connectors and steps that are installed. Files that say the same
 * already are not touched. Works also while etl.yaml has mistakes. Answers the paths from the project's root.
 */
export async function writeEditorSchemas(directory: string, { variables, registry, steps }: EditorOptions): Promise<readonly string[]> {
  const connectors = await usableConnectors(registry);
  const connections = await connectionsOf(directory, variables);
  const folder = join(directory, '.etl', 'schemas');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const paths: string[] = [];
  for (const [name, schema] of editorSchemas({ connectors, steps, connections })) {
    const text = `${JSON.stringify(schema, null, 1)}\n`;
    const path = join(folder, `${name}.schema.json`);
    const before = await readFile(path, 'utf8').catch(() => null);
    if (before !== text) await replaceFile(path, text);
    paths.push(`.etl/schemas/${name}.schema.json`);
  }
  return paths;
}

/** A plugin that cannot be loaded only lacks in the editor; validation reports it. */
async function usableConnectors(registry: Registry): Promise<Connector[]> {
  const connectors: Connector[] = [];
  for (const { name } of registry.list()) {
    try {
      connectors.push(await registry.get(name));
    } catch (error) {
      if (!isEtlError(error)) throw error;
    }
  }
  return connectors;
}

/** The connectors that each connection has, with or without an overlay. */
async function connectionsOf(directory: string, variables: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const connections = new Map<string, Set<string>>();
  const problems = new Problems();
  const file = await readEtlFile(directory, variables, problems);
  for (const environment of file === null ? [] : [null, ...environmentsOf(file.root)]) {
    const section = file && childOf(chooseEnvironment(file.root, environment, problems), 'connections');
    for (const [name, { value }] of section?.kind === 'map' ? section.entries : []) {
      const connector = childOf(value, 'connector');
      if (connector?.kind === 'scalar') connections.set(name, (connections.get(name) ?? new Set()).add(connector.source));
    }
  }
  return connections;
}
