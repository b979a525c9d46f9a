import { readProject } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { steps } from '../transforms/index.js';

/** What a new project still needs before it can run, as arguments of etl: connectors to install, secrets to store. */
export async function firstCommands(
  directory: string,
  { registry, variables }: { readonly registry: Registry; readonly variables: NodeJS.ProcessEnv },
): Promise<readonly string[]> {
  const { connections } = await readProject(directory, { registry, variables, steps });
  const installed = new Set(registry.list().map(({ name }) => name));
  const missing = new Set([...connections.values()].map(({ connector }) => connector).filter((connector) => !installed.has(connector)));
  const secrets = [...connections.values()].flatMap(({ name, options }) =>
    Object.values(options).flatMap((value) => (isSecretName(value) ? [`credentials set ${name} ${value.secret}`] : [])),
  );
  return [...(missing.size === 0 ? [] : [`plugins install ${[...missing].join(' ')}`]), ...secrets];
}

const isSecretName = (value: unknown): value is { readonly secret: string } =>
  typeof value === 'object' && value !== null && 'secret' in value && typeof value.secret === 'string';
