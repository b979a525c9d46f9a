import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, isEtlError, Secret } from '@etl/sdk';
import { endpointOf, type Credentials, type SecretRequest } from '../credentials/index.js';
import type { Project } from '../project/index.js';
import { addConnection as withConnection } from '../project/add-connection.js';
import { replaceFile } from '../project/write-schemas.js';
import type { ResolveSecret } from '../credentials/credentials.js';
import type { CheckedConnection } from './check-connection.js';
import { addressOf } from './described-connection.js';
import type { PlannedConnection } from './plan-connection.js';

export interface AddSetting {
  readonly directory: string;
  /** Whose overlay the connection is written into; null: it is of every environment. */
  readonly environment: string | null;
  readonly credentials: Credentials;
  /** Reads the project as it is now in the files, with secrets found this way. */
  readonly reopen: (secrets: ResolveSecret) => Promise<Project>;
  /** Tests the new connection; null: no test. */
  readonly check: ((project: Project) => Promise<CheckedConnection>) | null;
  /** Asked where the test failed: keep the connection nevertheless? */
  readonly keep: (checked: CheckedConnection) => Promise<boolean>;
}

export interface AddedConnection {
  /** False: the test failed and nothing was kept. */
  readonly added: boolean;
  readonly checked: CheckedConnection | null;
  /** Names of the secrets that were stored. */
  readonly stored: readonly string[];
}

/**
 * Writes a connection into etl.yaml, tests it, stores its secrets. Where anything fails etl.yaml is as it was and no secret is left behind.
 * Throws CONFIG_INVALID where the connector does not take the options.
 */
export async function addConnection(planned: PlannedConnection, setting: AddSetting): Promise<AddedConnection> {
  const { name, entry, secrets } = planned;
  const path = join(setting.directory, 'etl.yaml');
  const before = await readFile(path, 'utf8');
  const after = withConnection(before, name, { connector: entry.connector, ...entry.options }, setting.environment);
  const resolve = givenFirst(planned, setting.credentials);
  const done: SecretRequest[] = [];
  await replaceFile(path, after);
  try {
    await readable(await setting.reopen(memoryOnly(planned)), name);
    const checked = setting.check === null ? null : await setting.check(await setting.reopen(resolve));
    if (checked !== null && !checked.ok && !(await setting.keep(checked))) {
      await replaceFile(path, before);
      return { added: false, checked, stored: [] };
    }
    for (const [field, value] of secrets) {
      const request = await requestOf(planned, field, await setting.reopen(resolve));
      await setting.credentials.set(request, value);
      done.push(request);
    }
    return { added: true, checked, stored: [...secrets.keys()] };
  } catch (error) {
    if ((await readFile(path, 'utf8')) === after) await replaceFile(path, before);
    for (const { address } of done) await setting.credentials.delete(address).catch(() => false); // the first error is the one to tell
    throw error;
  }
}

/** Whether the connector takes what was written; a secret that nobody gave yet is no mistake. */
async function readable(project: Project, name: string): Promise<void> {
  try {
    await project.openable(name);
  } catch (error) {
    if (!isEtlError(error) || error.code !== 'CREDENTIAL_MISSING') throw error;
  }
}

const memoryOnly =
  ({ secrets }: PlannedConnection): ResolveSecret =>
  async ({ address }) => {
    const value = secrets.get(address.field);
    if (value === undefined) throw new EtlError('CREDENTIAL_MISSING', `The secret '${address.field}' is not known yet`);
    return new Secret(value);
  };

const givenFirst =
  ({ name, secrets }: PlannedConnection, credentials: Credentials): ResolveSecret =>
  async (request) => {
    const value = request.address.connection === name ? secrets.get(request.address.field) : undefined;
    return value === undefined ? credentials.resolve(request) : new Secret(value);
  };

async function requestOf({ name, connector }: PlannedConnection, field: string, project: Project): Promise<SecretRequest> {
  const options = project.connections.get(name)?.options ?? {};
  return {
    address: addressOf(project, name, field),
    endpoint: endpointOf({ connector: connector.name, schema: connector.connection, options }),
  };
}
