import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspacePackages } from './workspace.js';

const ours = ['@etl/sdk', '@etl/testkit'];
const others = ['zod', 'typescript', '@types/node'];

/** Folders of all that a connector is built and tested with, by package, where this CLI runs from a clone that has them; else none. */
export async function buildablePackages(root: string): Promise<ReadonlyMap<string, string>> {
  const clone = await workspacePackages(root);
  const found = new Map([
    ...ours.map((name) => [name, clone.get(name)?.folder] as const),
    ...others.map((name) => [name, join(root, 'node_modules', name)] as const),
  ]);
  const whole = new Map<string, string>();
  for (const [name, folder] of found) if (folder !== undefined && existsSync(folder)) whole.set(name, folder);
  return whole.size === found.size ? whole : new Map();
}
