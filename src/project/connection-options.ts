import type { Secret } from '@etl/sdk';
import { type Connector } from '@etl/sdk';
import { secretFileVariable, secretVariable } from '../credentials/secret-variable.js';
import { isSecretField } from './known-keys.js';
import { findLiteralSecrets } from './find-literal-secrets.js';
import { parseNode } from './parse-node.js';
import type { Problems } from './problem.js';
import { pickEntries, type MapNode, type ScalarNode, type YamlNode } from './yaml-node.js';

export interface ConnectionNode {
  readonly name: string;
  readonly node: MapNode;
  readonly connector: Connector;
}

/** A `{ secret: name }` of a connection. */
export interface SecretReference {
  readonly node: MapNode;
  readonly name: string;
}

const secretName = /^[a-z][a-z0-9_-]{0,62}$/;

/** The connection's options as its connector takes them, with each secret as `reveal` gives it. Null where something was reported. */
export function connectionOptions(
  { name, node, connector }: ConnectionNode,
  problems: Problems,
  reveal: (secret: SecretReference) => Secret,
): unknown {
  const before = problems.size;
  const options = pickEntries(node, (key) => key !== 'connector');
  for (const found of literalSecrets(options, connector)) {
    const field = found.path.join('.');
    const secret = secretName.test(field) ? field : 'password';
    problems.add({
      message: `${field} of connection ${name} is a secret, and secrets are never in files`,
      at: found.node.span,
      masked: true,
      hint: `Write ${field}: { secret: ${secret} } and store the value: etl credentials set ${name} ${secret} (in CI: ${secretVariable(name, secret)})`,
    });
  }
  const references = secretReferences(options);
  for (const { node: at, name: secret } of references)
    if (!secretName.test(secret))
      problems.add({ message: `'${secret}' cannot be the name of a secret`, at: at.span, hint: 'Small letters, digits, - and _' });
  reportSharedVariables(name, references, problems);
  if (problems.size > before) return null;
  const replace = new Map<YamlNode, unknown>(references.map((reference) => [reference.node, reveal(reference)]));
  return parseNode(connector.connection, options, problems, { what: `connection ${name} (${connector.name})`, replace })?.input ?? null;
}

/** Two secrets that one variable would set: `key` by its file and `key_file`, or `api-key` and `api_key`. */
function reportSharedVariables(connection: string, references: readonly SecretReference[], problems: Problems): void {
  const taken = new Map<string, string>();
  for (const { node, name } of references)
    for (const variable of [secretVariable(connection, name), secretFileVariable(connection, name)]) {
      const other = taken.get(variable);
      if (other !== undefined && other !== name)
        problems.add({
          message: `The secrets '${other}' and '${name}' of connection ${connection} would share the variable ${variable}`,
          at: node.span,
          hint: 'Give one of them another name',
        });
      taken.set(variable, name);
    }
}

function literalSecrets(options: MapNode, connector: Connector): { readonly path: readonly string[]; readonly node: ScalarNode }[] {
  const suspects = findLiteralSecrets(options);
  const known = new Set(suspects.map(({ node }) => node));
  const marked = [...options.entries].flatMap(([key, { value }]) =>
    value.kind === 'scalar' && value.source !== '' && !known.has(value) && isSecretField(connector.connection, [key])
      ? [{ path: [key], node: value }]
      : [],
  );
  return [...suspects, ...marked];
}

/** Every `{ secret: name }` below a node. */
export function secretReferences(node: YamlNode): SecretReference[] {
  if (node.kind === 'list') return node.items.flatMap(secretReferences);
  if (node.kind === 'scalar') return [];
  const secret = node.entries.get('secret')?.value;
  if (node.entries.size === 1 && secret?.kind === 'scalar') return [{ node, name: secret.source }];
  return [...node.entries.values()].flatMap(({ value }) => secretReferences(value));
}
