import { EtlError, isEtlError, Secret } from '@etl/sdk';
import type { Finding } from '../state/index.js';
import { checkStore, storeInCi } from './check-store.js';
import type { StoredCredentials } from './stored-credentials.js';
import { accountOf, setCommand, type CredentialAddress } from './credential-address.js';
import type { CredentialEndpoint } from './credential-endpoint.js';
import type { KnownCredential } from './credential-index.js';
import { readSecretFile } from './secret-file.js';
import { storeNames, type StoreKind } from './secret-store.js';
import { isContinuousIntegration, secretFileVariable, secretVariable } from './secret-variable.js';
import { parseStored, storedText } from './stored-secret.js';

/** Which secret is wanted, and where it will be sent. */
export interface SecretRequest {
  readonly address: CredentialAddress;
  readonly endpoint: CredentialEndpoint;
}

/** Where a secret comes from; `name` is the variable, the file or the store. */
export type SecretOrigin =
  | { readonly kind: 'variable' | 'file' | 'keychain' | 'encrypted-file'; readonly name: string }
  | { readonly kind: 'missing' | 'unusable'; readonly name: null; readonly error: EtlError };

/** Gives the secret or throws CREDENTIAL_MISSING. */
export type ResolveSecret = (request: SecretRequest) => Promise<Secret>;

export interface CredentialsSetting {
  readonly variables: NodeJS.ProcessEnv;
  /** Null: variables and mounted files alone. */
  readonly stores: StoredCredentials | null;
  /** Told every value that is handed out or taken in, before anybody else sees it. */
  readonly onSecret: (value: string) => void;
}

interface Found {
  readonly value: string;
  readonly origin: Extract<SecretOrigin, { name: string }>;
}

/** The one place where secrets are found, always in the same order: variable, mounted file, chosen store. */
export class Credentials {
  constructor(private readonly setting: CredentialsSetting) {}

  /** Throws CREDENTIAL_MISSING, which names every place and the command that stores it. */
  readonly resolve: ResolveSecret = async (request) => {
    const { value } = await this.#find(request);
    this.setting.onSecret(value);
    return new Secret(value);
  };

  /** Where the secret would come from now; never its value. */
  async locate(request: SecretRequest): Promise<SecretOrigin> {
    try {
      const { value, origin } = await this.#find(request);
      this.setting.onSecret(value);
      return origin;
    } catch (error) {
      if (!isEtlError(error)) throw error;
      return { kind: error.details === 'not-set' ? 'missing' : 'unusable', name: null, error };
    }
  }

  /** Stores a secret for its endpoint, in place of an older one. */
  async set({ address, endpoint }: SecretRequest, value: string): Promise<KnownCredential> {
    this.setting.onSecret(value);
    const stores = this.#stores('stored');
    await stores.open(stores.chosen).write(accountOf(address), storedText({ endpoint: endpoint.digest, secret: value }));
    const { project, environment, connection, field } = address;
    const known: KnownCredential = {
      project, environment, connection, field,
      store: stores.chosen,
      endpoint: endpoint.text,
      updated: stores.now().toISOString(),
    }; // prettier-ignore
    await stores.index.put(known);
    return known;
  }

  /** Removes a secret from the store that holds it. False where there was none. */
  async delete(address: CredentialAddress): Promise<boolean> {
    const stores = this.#stores('removed');
    const known = (await stores.index.list()).find((each) => accountOf(each) === accountOf(address));
    const deleted = await stores.open(known?.store ?? stores.chosen).delete(accountOf(address));
    if (known !== undefined) await stores.index.remove(address);
    return deleted || known !== undefined;
  }

  /** Throws USAGE where nothing can be stored, before anybody is asked for a secret. */
  refuseInCi(): void {
    this.#stores('stored');
  }

  /** Whether secrets can be kept and found here, for `etl doctor`. */
  async check(): Promise<Finding> {
    const { stores, variables } = this.setting;
    return stores === null || isContinuousIntegration(variables) ? storeInCi() : checkStore(stores);
  }

  /** What is stored, by name. Asks no store. */
  async list(): Promise<readonly KnownCredential[]> {
    return (await this.setting.stores?.index.list()) ?? [];
  }

  async #find(request: SecretRequest): Promise<Found> {
    const { variables, stores } = this.setting;
    const { address } = request;
    const [variable, fileVariable] = variablesOf(address);
    const value = variables[variable];
    if (value !== undefined && value !== '') return { value, origin: { kind: 'variable', name: variable } };
    const path = variables[fileVariable];
    if (path !== undefined && path !== '') return { value: await readSecretFile(path, fileVariable), origin: { kind: 'file', name: path } };
    if (stores === null || isContinuousIntegration(variables)) throw notSet(address, null);
    return this.#findStored(request, stores);
  }

  async #findStored({ address, endpoint }: SecretRequest, stores: StoredCredentials): Promise<Found> {
    const { chosen } = stores;
    const text = await stores
      .open(chosen)
      .read(accountOf(address))
      .catch((error: unknown) => {
        throw isEtlError(error) ? unreadable(address, chosen, error) : error;
      });
    if (text === null) throw notSet(address, chosen);
    const stored = parseStored(text);
    if (stored === null || stored.endpoint !== endpoint.digest) throw moved(address, endpoint, chosen);
    return { value: stored.secret, origin: { kind: chosen === 'file' ? 'encrypted-file' : 'keychain', name: storeNames[chosen] } };
  }

  #stores(what: string): StoredCredentials {
    const { stores, variables } = this.setting;
    if (stores !== null && !isContinuousIntegration(variables)) return stores;
    throw new EtlError('USAGE', `In CI nothing is ${what} in a keychain`, {
      hint: 'Give secrets as ETL_SECRET_<CONNECTION>__<FIELD> or ETL_SECRET_<CONNECTION>__<FIELD>_FILE',
    });
  }
}

const variablesOf = ({ connection, field }: CredentialAddress): readonly [string, string] => [
  secretVariable(connection, field),
  secretFileVariable(connection, field),
];

const nameOf = ({ connection, field, environment }: CredentialAddress): string =>
  `The secret '${field}' of connection ${connection}${environment === null ? '' : ` in environment ${environment}`}`;

function notSet(address: CredentialAddress, store: StoreKind | null): EtlError {
  const [variable, fileVariable] = variablesOf(address);
  const inStore = store === null ? 'no keychain is read in CI' : `${storeNames[store]} does not hold it. Store it: ${setCommand(address)}`;
  return new EtlError('CREDENTIAL_MISSING', `${nameOf(address)} is not set`, {
    place: { connection: address.connection },
    hint: `${variable} is not set, ${fileVariable} is not set, and ${inStore}${store === null ? `. On a desk, store it: ${setCommand(address)}` : ''}`,
    details: 'not-set',
  });
}

function unreadable(address: CredentialAddress, store: StoreKind, error: EtlError): EtlError {
  const [variable, fileVariable] = variablesOf(address);
  return new EtlError(error.code, `${nameOf(address)} cannot be read from ${storeNames[store]}. ${error.message}`, {
    cause: error,
    place: { connection: address.connection, ...error.place },
    hint: `${error.hint ?? ''}${error.hint === undefined ? '' : '. '}This secret as a variable: ${variable}, or ${fileVariable} for a file`,
    details: error.details,
  });
}

function moved(address: CredentialAddress, endpoint: CredentialEndpoint, store: StoreKind): EtlError {
  return new EtlError(
    'CREDENTIAL_MISSING',
    `${nameOf(address)} was stored for another endpoint: etl.yaml now sends it to ${endpoint.text}, so ${storeNames[store]} does not give it out`,
    {
      place: { connection: address.connection },
      hint: `The endpoint changed. If you trust the new one, run ${setCommand(address)}; etl credentials list shows the old one`,
      details: 'endpoint-changed',
    },
  );
}
