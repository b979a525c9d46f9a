import type { Questions } from '../terminal/ask.js';
import { fieldName, type ConnectionField, type FieldNode, type FieldVariants } from './connection-field.js';
import { optionFault } from './option-value.js';

/** Answers by name of the field: texts as typed. Secrets are kept apart. */
export interface ConnectionAnswers {
  readonly options: Map<string, string>;
  readonly secrets: Map<string, string>;
}

export interface AskSetting {
  readonly questions: Questions;
  /** Takes defaults, asks only what must be known. */
  readonly brief: boolean;
  /** Whether the secret is found already, so that it need not be typed. */
  readonly hasSecret: (field: ConnectionField) => boolean;
}

/** Asks what is not answered yet: first what is needed, where it leads and its secrets; all else only when a person wants to. */
export async function askConnection(nodes: readonly FieldNode[], answers: ConnectionAnswers, setting: AskSetting): Promise<void> {
  const isOpen = (name: string): boolean => !answers.options.has(name) && !answers.secrets.has(name);
  const later: ConnectionField[] = [];
  const ask = async (node: FieldNode): Promise<void> => {
    if ('variants' in node) return askVariant(node);
    if (!isOpen(fieldName(node))) return;
    const isFixed = node.kind === 'choice' && node.choices.length === 1 && node.required;
    if (isFixed) answers.options.set(fieldName(node), node.choices[0] ?? '');
    else if (isAskedFirst(node) && !(setting.brief && !node.required)) await askField(node, answers, setting);
    else if (node.kind !== 'structure') later.push(node);
  };
  const askVariant = async ({ path, variants, required }: FieldVariants): Promise<void> => {
    if (setting.brief && !required) return;
    const none = { value: '', name: 'none' };
    const chosen = await setting.questions.choice({
      kind: 'choice', flag: `--set ${path.join('.')}...`, message: `${path.join('.') || 'Which kind'}:`,
      choices: [...(required ? [] : [none]), ...variants.map(({ name }) => ({ value: name, name }))],
    }); // prettier-ignore
    for (const field of variants.find(({ name }) => name === chosen)?.fields ?? [])
      await ask('variants' in field ? field : { ...field, required: field.required || (required ? false : isConstant(field)) });
  };
  for (const node of nodes) await ask(node);
  if (!setting.brief) await askFurther(later, answers, setting);
}

const isConstant = ({ kind, choices }: ConnectionField): boolean => kind === 'choice' && choices.length === 1;

const isAskedFirst = ({ required, kind, endpoint, path }: ConnectionField): boolean =>
  required ||
  kind === 'secret' ||
  endpoint ||
  /^(host|port|user|username|database|path|url|schema_name|account|bucket)$/.test(path.at(-1) ?? '');

/** One at a time, until a person has enough. */
async function askFurther(fields: readonly ConnectionField[], answers: ConnectionAnswers, setting: AskSetting): Promise<void> {
  let open = [...fields];
  while (open.length > 0) {
    const chosen = await setting.questions.choice({
      kind: 'choice', flag: '--yes', message: 'Another option?', default: '',
      choices: [
        { value: '', name: 'No, this is all' },
        ...open.map((field) => ({ value: fieldName(field), name: `${fieldName(field)}${field.description === '' ? '' : `: ${field.description}`}` })),
      ],
    }); // prettier-ignore
    const field = open.find((each) => fieldName(each) === chosen);
    if (field === undefined) return;
    await askField(field, answers, setting);
    open = open.filter((each) => each !== field);
  }
}

async function askField(field: ConnectionField, answers: ConnectionAnswers, setting: AskSetting): Promise<void> {
  const name = fieldName(field);
  const message = `${name}${field.description === '' ? '' : ` (${field.description})`}${field.required ? '' : ', optional'}:`;
  if (field.kind === 'secret') {
    if (setting.hasSecret(field)) return;
    const validate = (text: string): string | null =>
      text === '' && field.required ? 'It is needed; nothing is shown while you type' : null;
    const secret = await setting.questions.secret({ kind: 'secret', flag: `--secret-stdin ${name}`, message, validate });
    if (secret !== '') answers.secrets.set(name, secret);
    return;
  }
  const answer = await askValue(field, message, setting);
  const usual = field.default === undefined ? '' : shown(field.default);
  if (answer !== '' && answer !== usual) answers.options.set(name, answer);
}

async function askValue(field: ConnectionField, message: string, { questions }: AskSetting): Promise<string> {
  const flag = `--set ${fieldName(field)}=...`;
  const usual = field.default === undefined ? undefined : shown(field.default);
  if (field.kind === 'boolean') return String(await questions.confirm({ kind: 'confirm', flag, message, default: field.default === true }));
  if (field.kind === 'choice')
    return questions.choice({
      kind: 'choice', flag, message, choices: [...(field.required ? [] : [{ value: '', name: 'none' }]), ...field.choices.map((value) => ({ value, name: value }))],
      ...(usual !== undefined && { default: usual }),
    }); // prettier-ignore
  const validate = (text: string): string | null =>
    text === '' ? (field.required && usual === undefined ? 'It is needed' : null) : optionFault(field, text);
  return questions.text({ kind: 'text', flag, message, validate, ...(usual !== undefined && { default: usual }) });
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
