import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bin, credentialWorld, type CredentialWorld } from './credential-world.js';

const canary = 'typed-canary-77';
const passphrase = 'quite-long-words';

let world: CredentialWorld;
beforeAll(async () => {
  world = await credentialWorld();
  await world.etl(['config', 'set', 'store', 'file']);
}, 60_000);
afterAll(() => world.remove());

const colours = /\u001b\[[0-9;]*m/g;

/** On a pseudo-terminal: waits for each text to come on the screen, then types the answer. */
async function typed(
  words: readonly string[],
  answers: readonly (readonly [string, string])[],
): Promise<{ code: number | null; screen: string }> {
  const line = `stty cols 120 rows 40; exec '${process.execPath}' '${bin}' ${words.join(' ')}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: world.project,
    env: { PATH: process.env['PATH'], HOME: world.home, ETL_DATA_DIR: join(world.folder, 'data'), TERM: 'xterm' },
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (screen += chunk.replaceAll(colours, '')));
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  let from = 0;
  for (const [question, answer] of answers) {
    while (!screen.slice(from).includes(question) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 10));
    from = screen.length;
    child.stdin.write(`${answer}\r`);
  }
  return { code: await ended, screen };
}

describe('on a terminal', () => {
  it('credentials set asks for the secret and for a new passphrase twice, and shows neither', async () => {
    const { code, screen } = await typed(
      ['credentials', 'set', 'shop', 'password'],
      [
        ['password of shop:', canary],
        ['passphrase for the new', 'short'],
        ['At least 8', passphrase.slice(5)],
        ['The same once more', 'another one'],
        ['not the same', `\u0015short${passphrase.slice(5)}`],
      ],
    );
    expect([code, screen.includes('is in the encrypted file')]).toEqual([0, true]);
    for (const text of [canary, passphrase.slice(5), 'toggle']) expect(screen).not.toContain(text);
    const variables = { ETL_CREDENTIALS_PASSPHRASE: `short${passphrase.slice(5)}` };
    expect(await world.etl(['run', 'copy'], { variables })).toMatchObject({ code: 0 });
  }, 60_000);

  it('connections add asks what the connector needs, tests, and keeps comments and secrets where they belong', async () => {
    const before = await readFile(join(world.project, 'etl.yaml'), 'utf8');
    const { code, screen } = await typed(
      ['connections', 'add', 'crm', '--connector', 'canary'],
      [
        ['host (Name of the server):', 'crm.internal'],
        ['port', ''],
        ['user', 'etl'],
        ['password:', canary],
        ['Another option?', ''],
        ['Test crm now?', 'y'],
        ['Passphrase of the encrypted file', `short${passphrase.slice(5)}`],
      ],
    );
    expect([code, screen.includes('✔ crm is in etl.yaml') ? '' : screen]).toEqual([0, '']);
    expect(screen).not.toContain(canary);
    const after = await readFile(join(world.project, 'etl.yaml'), 'utf8');
    expect(after).toBe(
      `${before}  crm:\n    connector: canary\n    host: crm.internal\n    user: etl\n    password: { secret: password }\n`,
    );
    expect(await world.filesWith([canary])).toEqual([]);
  }, 60_000);

  it('connections add keeps nothing where the test fails and nobody wants it', async () => {
    const before = await readFile(join(world.project, 'etl.yaml'), 'utf8');
    const { code, screen } = await typed(
      ['connections', 'add', 'bad', '--connector', 'canary', '--set', 'fails=password'],
      [
        ['host', 'x'],
        ['port', ''],
        ['user', ''],
        ['password:', canary],
        ['Another option?', ''],
        ['Test bad now?', ''],
        ['Keep it nevertheless?', ''],
      ],
    );
    expect([code, screen.includes('Nothing was kept') ? '' : screen]).toEqual([3, '']);
    expect(screen).not.toContain(canary);
    expect(await readFile(join(world.project, 'etl.yaml'), 'utf8')).toBe(before);
  }, 60_000);
});
