/**
 * The story of plugins and secrets on a clean clone in a clean home, with the real command line and a real keyring: `node scripts/show-plugins.mjs`.
 * `--folder DIR` keeps everything there. Each command is shown with what it printed; one that ends otherwise than it must ends the story with 1.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { cleanClone } from './show/clean-clone.mjs';
import { Shell } from './show/shell.mjs';
import { askForPassword, giveVersion } from './show/stand-in.mjs';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const base = values.folder ?? mkdtempSync(join(tmpdir(), 'etl-show-'));
const [home, clone, shop, sources] = ['home', 'etl', 'shop', 'sources'].map((name) => join(base, name));
const password = process.env.SHOW_PASSWORD ?? randomBytes(18).toString('base64');
const secret = { ETL_SECRET_VAULT__PASSWORD: password };

// npm is set up as for whoever starts this, and may take from its cache what is there; all else is new.
const { PATH, npm_config_userconfig = join(homedir(), '.npmrc'), npm_config_cache = join(homedir(), '.npm') } = process.env;
const shell = new Shell({
  PATH: [join(home, 'bin'), dirname(process.execPath), PATH].join(delimiter),
  HOME: home,
  XDG_RUNTIME_DIR: join(base, 'run'),
  ETL_CATALOGUE: join(sources, 'catalogue.json'),
  ETL_NO_INPUT: '1',
  npm_config_userconfig,
  npm_config_cache,
  npm_config_prefer_offline: 'true',
});

const bin = (name, text) => {
  writeFileSync(join(home, 'bin', name), text);
  chmodSync(join(home, 'bin', name), 0o700);
};
const etl = (line, options = {}) => shell.run('etl', line.split(' '), { directory: shop, ...options });
/** With the keyring of this home, as the guide has it for a machine without a desktop. */
const keyring = (line, options = {}) => shell.run('with-keyring', ['etl', ...line.split(' ')], { directory: shop, ...options });

async function prepare() {
  for (const folder of [join(home, 'bin'), join(home, '.config/etl'), join(base, 'run'), sources])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(home, '.config/etl/keyring-password'), 'password of the keyring', { mode: 0o600 });
  const recipe = /cat > ~\/bin\/with-keyring <<'END'\n([^]*?\n)END\n/.exec(readFileSync(join(root, 'docs/guide/credentials.md'), 'utf8'));
  if (recipe === null) throw new Error('The guide does not have the recipe of with-keyring');
  catalogue([]);
  bin('with-keyring', recipe[1]);
  bin('etl', `#!/bin/sh\nexec '${process.execPath}' '${join(clone, 'bin/run.js')}' "$@"\n`);
}

async function standIns() {
  const entries = [];
  for (const name of ['vault', 'shelf']) {
    await etl(`plugins new ${name} --package @acme/etl-${name} --dir ${name}`, { directory: sources, quiet: true });
    if (name === 'vault') askForPassword(join(sources, name), password);
    await build(name);
    entries.push([name, { package: `@acme/etl-${name}`, summary: 'Tables in a folder', folder: name }]);
  }
  catalogue(entries);
}

const catalogue = (entries) => writeFileSync(join(sources, 'catalogue.json'), JSON.stringify({ connectors: Object.fromEntries(entries) }));

const build = (name) =>
  shell.run('npm', ['run', '--silent', 'build'], { directory: join(sources, name), shown: `(cd ${name}; npm run build)` });

/** Connectors of this repository that are installed by name: each that is added to the catalogue is in the story. */
const installable = () => Object.keys(JSON.parse(readFileSync(join(clone, 'catalogue.json'), 'utf8')).connectors);

function project() {
  const job = (name, extract, load) => {
    mkdirSync(join(shop, 'jobs', name), { recursive: true });
    writeFileSync(
      join(shop, 'jobs', name, 'job.yaml'),
      `name: ${name}\nextract:\n  orders: { ${extract} }\nload:\n  - { dataset: orders, ${load} }\n`,
    );
  };
  mkdirSync(join(shop, 'data'), { recursive: true });
  writeFileSync(join(shop, 'etl.yaml'), '# Ours\nproject: shop\nconnections:\n  files: { connector: file, path: . } # what comes in\n');
  writeFileSync(join(shop, 'data/orders.csv'), 'id,total\n1,12.50\n2,9007199254740993.10\n');
  job('store', 'from: files, file: data/orders.csv', 'to: vault, table: orders, mode: replace');
  job('copy', 'from: vault, table: orders', 'to: shelf, table: orders, mode: replace');
}

async function story() {
  shell.title('A clean clone, set up by its own means');
  await cleanClone(shell, clone);
  await prepare();
  await shell.run('node', ['scripts/setup.mjs'], { directory: clone, time: 'set-up of the clone' });

  shell.title('Two connectors that somebody wrote, in a catalogue; one of them wants a password');
  await standIns();

  shell.title('Plugins are installed by name, into the project');
  project();
  const names = ['vault', 'shelf', ...installable()];
  await etl('connectors list');
  await etl('plugins install vault shelf', { time: 'install of two plugins' });
  if (names.length > 2) await etl(`plugins install ${names.slice(2).join(' ')}`, { time: `install of ${names.slice(2).join(', ')}` });
  await etl('plugins list');
  for (const name of names) await etl(`connectors show ${name}`, { quiet: true });

  shell.title('A connection whose secret lies in the keyring');
  await etl('connections add shelf --connector shelf --set folder=./shelf --test');
  await keyring('connections add vault --connector vault --set folder=./vault --secret-stdin password --test', {
    input: password,
    time: 'add of a connection',
  });
  await keyring('connections show vault');
  await etl('validate');

  shell.title('The job runs with it, and without it says what is missing');
  await keyring('run store', { time: 'run with the keyring' });
  await etl('run store', { code: 3 });

  shell.title('In CI the variable takes its place');
  await etl('run store', { variables: { CI: 'true' }, code: 3 });
  await etl('run store copy', { variables: { CI: 'true', ...secret }, shown: 'CI=true ETL_SECRET_VAULT__PASSWORD=… etl run store copy' });

  shell.title('A newer version, then the end of one');
  giveVersion(join(sources, 'shelf'), '0.2.0');
  await etl('plugins update shelf', { time: 'update of a plugin' });
  await etl('plugins list');
  await keyring('run copy');
  await etl('plugins uninstall shelf', { time: 'uninstall of a plugin' });
  await etl('run copy', { code: 2 });
  await etl('plugins list');
}

try {
  await story();
  shell.title('Times');
  for (const [name, seconds] of shell.times) shell.write(`${name.padEnd(32)}${seconds.toFixed(1).padStart(6)} s\n`);
} catch (error) {
  shell.write(`\nFAILED: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (values.folder === undefined) rmSync(base, { recursive: true, force: true });
}
