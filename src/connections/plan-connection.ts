import { EtlError, type Connector } from '@etl/sdk';
import type { ConnectionEntry } from '../project/index.js';
import { connectionName } from '../project/names.js';
import type { Registry } from '../registry/index.js';
import { missingFlags, type Questions } from '../terminal/ask.js';
import { askConnection, type ConnectionAnswers } from './ask-connection.js';
import { allFields, connectionFields, fieldName, type ConnectionField, type FieldNode } from './connection-field.js';
import { namedField, optionValue, putOption } from './option-value.js';

export interface PlanRequest {
  /** Names that are taken where the connection will be written. */
  readonly taken: ReadonlySet<string>;
  readonly registry: Registry;
  readonly questions: Questions;
  readonly name: string | undefined;
  readonly connector: string | undefined;
  /** Option and value. */
  readonly set: readonly (readonly [string, string])[];
  /** Reads the secrets that flags lead to: option and value. Called once all else of the flags is right. */
  readonly secrets: () => Promise<readonly (readonly [string, string])[]>;
  /** Names of the options whose secrets flags give. */
  readonly secretOptions: readonly string[];
  /** Takes every usual answer. */
  readonly yes: boolean;
  /** Whether a variable or a mounted file holds the secret of this name. */
  readonly hasSecret: (connection: string, secret: string) => boolean;
}

/** A new connection as it will stand in etl.yaml, and the values of its secrets. */
export interface PlannedConnection {
  readonly name: string;
  readonly connector: Connector;
  readonly entry: Pick<ConnectionEntry, 'connector' | 'options'>;
  /** Name of the secret to its value. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Names of secrets that the entry refers to and nobody gave. */
  readonly open: readonly string[];
}

/** Takes what flags say, asks for the rest on a terminal. Throws USAGE, which lists every missing flag, where nobody can be asked. */
export async function planConnection(request: PlanRequest): Promise<PlannedConnection> {
  const { registry, questions, yes } = request;
  const wanted = [...(request.name === undefined ? ['NAME'] : []), ...(request.connector === undefined ? ['--connector NAME'] : [])];
  if (wanted.length > 0 && !questions.possible) throw missingFlags(wanted);
  if (request.name !== undefined) checkName(request.name, request.taken);
  const connector = await registry.get(request.connector ?? (await askConnector(request)));
  const name = request.name ?? (await askName(connector.name, request));
  const nodes = connectionFields(connector.connection);
  const answers = givenAnswers(nodes, connector.name, request);
  const hasSecret = (field: ConnectionField): boolean =>
    request.secretOptions.includes(fieldName(field)) || request.hasSecret(name, secretName(field));
  if (questions.possible) await askConnection(nodes, answers, { questions, brief: yes, hasSecret });
  else refuseMissing(nodes, answers);
  for (const [option, value] of await request.secrets()) answers.secrets.set(option, value);
  return composed({ name, connector, nodes, answers, hasSecret });
}

function checkName(name: string, taken: ReadonlySet<string>): void {
  const fault = nameFault(name, taken);
  if (fault !== null)
    throw new EtlError('USAGE', `This cannot be the name of a connection: ${fault}`, { hint: 'Such as shop or crm_test' });
}

function nameFault(name: string, taken: ReadonlySet<string>): string | null {
  if (taken.has(name)) return `etl.yaml has '${name}' already`;
  const result = connectionName.safeParse(name);
  return result.success ? null : (result.error.issues[0]?.message ?? 'it has other characters than small letters and digits');
}

const askConnector = ({ questions, registry }: PlanRequest): Promise<string> =>
  questions.choice({
    kind: 'choice', flag: '--connector', message: 'Which connector?',
    choices: registry.list().map(({ name, summary }) => ({ value: name, name: `${name}: ${summary}` })),
  }); // prettier-ignore

const askName = (connector: string, { questions, taken }: PlanRequest): Promise<string> =>
  questions.text({
    kind: 'text', flag: 'NAME', message: 'What is it called in this project?', validate: (text) => nameFault(text, taken),
    ...(nameFault(connector, taken) === null && { default: connector }),
  }); // prettier-ignore

function givenAnswers(nodes: readonly FieldNode[], connector: string, { set, secretOptions }: PlanRequest): ConnectionAnswers {
  const fields = allFields(nodes);
  const options = new Map<string, string>();
  for (const [name, text] of set) {
    const field = namedField(fields, name, connector);
    if (field.kind === 'secret')
      throw new EtlError('USAGE', `${name} is a secret: a value on the command line is seen by every program of this machine`, {
        hint: `Give it on standard input with --secret-stdin ${name}, or on a terminal without a flag. Take the value that was typed as known to others`,
      });
    optionValue(field, text);
    options.set(name, text);
  }
  for (const name of secretOptions)
    if (namedField(fields, name, connector).kind !== 'secret')
      throw new EtlError('USAGE', `${name} is no secret of the connector ${connector}`, { hint: `Give it with --set ${name}=...` });
  return { options, secrets: new Map() };
}

/** What must be known and has no default; where there are several ways, none of which was begun, it names them. */
function refuseMissing(nodes: readonly FieldNode[], { options }: ConnectionAnswers): void {
  const missing = nodes.flatMap((node): string[] => {
    if ('variants' in node) {
      const begun = allFields([node]).some((field) => options.has(fieldName(field)));
      return node.required && !begun ? [`--set ${node.path.join('.')}...=... (${node.variants.map(({ name }) => name).join(' or ')})`] : [];
    }
    const isMissing = node.required && node.default === undefined && node.kind !== 'secret' && !options.has(fieldName(node));
    return isMissing ? [`--set ${fieldName(node)}=...`] : [];
  });
  if (missing.length > 0) throw missingFlags(missing);
}

interface Composition {
  readonly name: string;
  readonly connector: Connector;
  readonly nodes: readonly FieldNode[];
  readonly answers: ConnectionAnswers;
  readonly hasSecret: (field: ConnectionField) => boolean;
}

function composed({ name, connector, nodes, answers, hasSecret }: Composition): PlannedConnection {
  const options: Record<string, unknown> = {};
  const secrets = new Map<string, string>();
  const open: string[] = [];
  const seen = new Set<string>();
  for (const field of allFields(nodes)) {
    const key = fieldName(field);
    if (seen.has(key)) continue;
    const text = answers.options.get(key);
    const secret = answers.secrets.get(key);
    if (text !== undefined) putOption(options, field.path, optionValue(field, text));
    else if (field.kind === 'secret' && (secret !== undefined || hasSecret(field) || isNeeded(field, nodes, answers))) {
      putOption(options, field.path, { secret: secretName(field) });
      if (secret !== undefined) secrets.set(secretName(field), secret);
      else if (!hasSecret(field)) open.push(secretName(field));
    } else continue;
    seen.add(key);
  }
  return { name, connector, entry: { connector: connector.name, options }, secrets, open };
}

/** A required secret outside of variants, which exclude each other. */
const isNeeded = (field: ConnectionField, nodes: readonly FieldNode[], { options }: ConnectionAnswers): boolean =>
  field.required && (nodes.includes(field) || [...options.keys()].some((key) => key.startsWith(`${field.path.slice(0, -1).join('.')}.`)));

/** What the secret is called: the last word of its option. */
const secretName = ({ path }: ConnectionField): string => (path.at(-1) ?? 'password').toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_');
