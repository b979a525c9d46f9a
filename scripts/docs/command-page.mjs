import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { code, fence, generated, page, table } from './markdown.mjs';

const plain = (text) =>
  (text ?? '')
    .replaceAll('<%= config.bin %>', 'etl')
    .replaceAll(/<%= command\.id %>/g, '')
    .trim();

/** The reference of every command, from the manifest that the build writes. */
export async function commandPage() {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
  const { exitCodes } = await import('../../dist/terminal/exit-codes.js');
  const visible = Object.values(commands)
    .filter(({ hidden }) => !hidden)
    .sort((a, b) => a.id.localeCompare(b.id, 'en'));
  const isGlobal = (flag) => flag.helpGroup === 'GLOBAL' || flag.name === 'json';
  const everyFlag = visible.flatMap((command) => Object.values(command.flags));
  const globals = [...new Map(everyFlag.filter(isGlobal).map((flag) => [flag.name, flag])).values()];
  return page(
    '# Commands',
    generated,
    table(
      ['command', 'does'],
      visible.map((command) => [
        `[${code(nameOf(command))}](#${nameOf(command).replaceAll(' ', '-')})`,
        plain(command.summary ?? command.description),
      ]),
    ),
    visible.map((command) => commandBlocks(command, isGlobal)),
    '## Flags of every command',
    flagTable(globals),
    '## Exit codes',
    table(
      ['code', 'meaning'],
      Object.entries(exitCodes).map(([number, meaning]) => [number, meaning]),
    ),
  );
}

const nameOf = ({ id }) => `etl ${id.replaceAll(':', ' ')}`;

function commandBlocks(command, isGlobal) {
  const own = Object.values(command.flags).filter((flag) => !isGlobal(flag) && !flag.hidden);
  const parameters = Object.values(command.args).filter(({ hidden }) => !hidden);
  const usage = [
    nameOf(command),
    ...parameters.map(({ name, required }) => (required ? name.toUpperCase() : `[${name.toUpperCase()}]`)),
    ...(command.strict === false ? ['...'] : []),
  ];
  return [
    `## ${nameOf(command)}`,
    plain(command.summary),
    plain(command.description) === plain(command.summary) ? '' : plain(command.description),
    fence('', usage.join(' ')),
    table(
      ['argument', 'what it is'],
      parameters.map(({ name, description }) => [code(name.toUpperCase()), plain(description)]),
    ),
    flagTable(own),
    examples(command),
    command.exitCodes ? `Exit codes that matter: ${command.exitCodes.map(code).join(', ')}.` : '',
  ];
}

function flagTable(flags) {
  const rows = flags.map((flag) => {
    const value = flag.type === 'boolean' ? '' : ` ${flag.helpValue ?? flag.options?.join('|') ?? 'VALUE'}`;
    const more = [
      flag.multiple ? 'May be repeated.' : '',
      flag.default === undefined || flag.default === false ? '' : `Default: ${code(flag.default)}.`,
    ];
    return [
      code(`${flag.char ? `-${flag.char}, ` : ''}--${flag.allowNo ? '[no-]' : ''}${flag.name}${value}`),
      flag.env ? code(flag.env) : '',
      [plain(flag.summary ?? flag.description), ...more].filter(Boolean).join(' '),
    ];
  });
  return table(['flag', 'variable', 'what it does'], rows);
}

function examples({ examples: list = [], id }) {
  const text = list.map((example) => (typeof example === 'string' ? { command: example } : example));
  const lines = text.map(({ command, description }) =>
    [
      ...(description ? [`# ${plain(description)}`] : []),
      command.replaceAll('<%= config.bin %>', 'etl').replaceAll('<%= command.id %>', id.replaceAll(':', ' ')),
    ].join('\n'),
  );
  return lines.length === 0 ? '' : fence('sh', lines.join('\n'));
}
