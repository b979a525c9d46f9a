// Renders docs/images/run.svg from what the demo really prints on a terminal: npm run picture
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { screenOf } from './picture/terminal-screen.mjs';
import { screenSvg } from './picture/screen-svg.mjs';
import { root } from './root.mjs';
import { runProcess } from './run-process.mjs';
import { setUp } from './setup.mjs';

const columns = 110;

/** What a command prints on a pseudo-terminal of its own. */
async function onTerminal(command, directory) {
  const variables = { TERM: 'xterm-256color' };
  const { code, stdout } = await runProcess(
    'script',
    ['-qec', `unset CI NO_COLOR FORCE_COLOR; stty cols ${columns} rows 60; ${command}`, '/dev/null'],
    {
      directory,
      variables,
    },
  );
  if (code !== 0) throw new Error(`${command} ended with code ${code}\n${stdout}`);
  return stdout;
}

await setUp();
const folder = mkdtempSync(join(tmpdir(), 'etl-picture-'));
try {
  const etl = `'${process.execPath}' '${join(root, 'bin/run.js')}'`;
  await onTerminal(`${etl} init demo --template demo --yes`, folder);
  const printed = await onTerminal(`${etl} run sales --project demo`, folder);
  const shown = `\u001b[32m$\u001b[39m \u001b[1metl run sales\u001b[22m\r\n\r\n${printed}`;
  const lines = screenOf(shown);
  while (lines.length > 0 && lines.at(-1).every(({ text }) => text.trim() === '')) lines.pop();
  writeFileSync(join(root, 'docs/images/run.svg'), screenSvg(lines, 'etl run sales'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
