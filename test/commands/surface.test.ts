import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Command } from '@oclif/core';
import { exitCodes } from '../../src/terminal/exit-codes.js';
import { globalFlags } from '../../src/terminal/global-flags.js';
import { root } from './try-command.js';

interface LoadedCommand {
  readonly id: string;
  readonly command: typeof Command & { examples: Command.Example[]; baseFlags: object; exitCodes?: readonly number[] };
}

async function allCommands(): Promise<LoadedCommand[]> {
  const folder = join(root, 'src/commands');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const loaded: LoadedCommand[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as { default: LoadedCommand['command'] };
    loaded.push({ id: file.replace(/\.ts$/, '').replaceAll('/', ' '), command: module.default });
  }
  return loaded;
}

/** `-p --param=NAME=VALUE ETL_RUN_PARAM` */
function flagText([name, flag]: [string, Command.Flag.Any]): string {
  const value = flag.type === 'option' ? `=${[flag.options?.join('|') ?? flag.helpValue ?? 'VALUE'].flat().join(' ')}` : '';
  const no = flag.type === 'boolean' && flag.allowNo ? '[no-]' : '';
  return [flag.char === undefined ? '' : `-${flag.char}`, `--${no}${name}${value}`, flag.env ?? ''].filter((part) => part !== '').join(' ');
}

const commands = await allCommands();

describe('the surface of the command line', () => {
  it('is what users and scripts rely on: a change here is a change for them', () => {
    const surface = Object.fromEntries(
      commands.map(({ id, command }) => [
        id,
        {
          summary: command.summary,
          ...(command.aliases.length > 0 && { aliases: command.aliases }),
          arguments: Object.entries(command.args).map(
            ([name, { required, multiple }]) => `${name}${multiple === true ? '...' : ''}${required === true ? '' : '?'}`,
          ),
          flags: Object.entries(command.flags).map(flagText),
          exitCodes: command.exitCodes,
        },
      ]),
    );
    expect(surface).toMatchSnapshot();
    expect(Object.keys(globalFlags)).toMatchSnapshot();
  });

  it.each(commands)('$id has a summary, two real examples and exit codes that exist', ({ id, command }) => {
    expect(command.summary).toMatch(/^\S.{10,110}$/);
    expect(command.summary).not.toMatch(/\.$/);
    const examples = command.examples.map((example) => (typeof example === 'string' ? example : example.command));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples)
      expect(example).toMatch(new RegExp(`<%= config.bin %> (<%= command.id %>|${id}|${id.replace(/ list$/, '')})( |$)`));
    const codes = command.exitCodes ?? [];
    expect(codes).toContain(0);
    for (const code of codes) expect(Object.keys(exitCodes)).toContain(String(code));
  });

  it.each(commands)('$id knows the global flags and never clashes with them', ({ command }) => {
    expect(Object.keys(command.baseFlags)).toEqual(Object.keys(globalFlags));
    const chars = Object.values({ ...globalFlags, ...command.flags }).flatMap(({ char }) => char ?? []);
    expect(new Set(chars).size).toBe(chars.length);
    for (const name of Object.keys(command.flags)) expect(Object.keys(globalFlags)).not.toContain(name);
  });

  it.each(commands)('$id uses flags that exist in its examples', ({ id, command }) => {
    const negated = Object.entries(command.flags).flatMap(([name, flag]) =>
      flag.type === 'boolean' && flag.allowNo ? [`no-${name}`] : [],
    );
    const known = new Set([...Object.keys(globalFlags), ...Object.keys(command.flags), ...negated]);
    for (const example of command.examples) {
      const text = typeof example === 'string' ? example : example.command;
      const own =
        text.split(/ (?:&&|\|) /).find((part) => part.includes(` ${id.replace(/ list$/, '')}`) || part.includes('command.id')) ?? '';
      for (const [, name = ''] of own.matchAll(/ --([a-z][a-z-]*)/g)) expect(known).toContain(name);
    }
  });
});
