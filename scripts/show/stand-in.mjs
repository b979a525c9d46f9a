import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Changes the text of a file; a piece that is not there is an error, for then the story would be another. */
export function edit(path, ...changes) {
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${path} does not have: ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(path, text);
}

/** Makes the connector of a new package ask for a password, as whoever writes one would; it takes only this one. */
export const askForPassword = (folder, password) =>
  edit(
    join(folder, 'src/index.ts'),
    ["import { stat } from 'node:fs/promises';", "import { createHash } from 'node:crypto';\nimport { stat } from 'node:fs/promises';"],
    ['import { defineConnector, rowsExtractor,', 'import { defineConnector, EtlError, rowsExtractor, secretOption,'],
    ['.meta({ endpoint: true }) })', ".meta({ endpoint: true }), password: secretOption().describe('Password of the tables') })"],
    [
      'async open({ folder: given }, context) {',
      `async open({ folder: given, password }, context) {
    if (createHash('sha256').update(password.reveal()).digest('hex') !== '${createHash('sha256').update(password).digest('hex')}')
      throw new EtlError('AUTH_FAILED', 'The password is not the one of these tables');`,
    ],
  );

/** Gives a package another version. */
export const giveVersion = (folder, version) => edit(join(folder, 'package.json'), ['"version": "0.1.0"', `"version": "${version}"`]);
