import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../scripts/root.mjs';

const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
const visible = Object.values(commands).filter(({ hidden }) => !hidden);
const nameOf = ({ id }) => id.replaceAll(':', ' ');

/** The words of a shell command; quoted ones as one word. */
const wordsOf = (text) => [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain);

/** Each `etl ...` of an example, without what it is piped into. */
const callsOf = (command, example) =>
  (typeof example === 'string' ? example : example.command)
    .replaceAll('<%= config.bin %>', 'etl')
    .replaceAll('<%= command.id %>', nameOf(command))
    .split(/&&|\||;|>/)
    .map((call) => wordsOf(call.trim()))
    .filter(([program]) => program === 'etl');

/** The command that these words call: the one whose name or alias takes up most of them. */
const commandOf = (words) =>
  visible
    .flatMap((command) => [command.id, ...(command.aliases ?? [])].map((name) => ({ command, parts: name.split(':') })))
    .filter(({ parts }) => parts.every((word, at) => words[at + 1] === word))
    .sort((a, b) => b.parts.length - a.parts.length)[0]?.command;

describe.each(visible.map((command) => [nameOf(command), command]))('etl %s', (_, command) => {
  it('has a summary, and two real examples or more', () => {
    expect(command.summary).toMatch(/^[A-Z]/);
    expect((command.examples ?? []).length).toBeGreaterThanOrEqual(2);
  });

  it('has only examples of commands and flags that exist', () => {
    for (const words of (command.examples ?? []).flatMap((example) => callsOf(command, example))) {
      const called = commandOf(words);
      expect({ words, called: called === undefined ? 'no such command' : 'a command' }).toEqual({ words, called: 'a command' });
      const known = Object.values(called.flags).flatMap(({ name, char, allowNo }) => [
        `--${name}`,
        `-${char}`,
        ...(allowNo ? [`--no-${name}`] : []),
      ]);
      for (const flag of words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0]))
        expect({ words, known }).toEqual({ words, known: expect.arrayContaining([flag]) });
    }
  });

  it('describes every flag and argument', () => {
    for (const flag of Object.values(command.flags))
      expect({ flag: flag.name, text: flag.summary ?? flag.description ?? '' }).toEqual({
        flag: flag.name,
        text: expect.stringMatching(/^.{8,}/),
      });
    for (const { name, description } of Object.values(command.args))
      expect({ name, description }).toEqual({ name, description: expect.stringMatching(/^.{8,}/) });
  });
});
