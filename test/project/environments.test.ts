import { describe, expect, it } from '@jest/globals';
import { isEtlError, isSecret, type EtlError } from '@etl/sdk';
import { findProject, readProject, validateProject, type Project } from '../../src/project/index.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const context = (variables: NodeJS.ProcessEnv = {}) => ({ variables, registry: testRegistry(), steps: testSteps });
const open = (files: Readonly<Record<string, string>>, variables: NodeJS.ProcessEnv = {}, environment?: string): Promise<Project> =>
  readProject(folderOf(files), { ...context(variables), ...(environment !== undefined && { environment }) });
async function caught(promise: Promise<unknown>): Promise<EtlError> {
  const error: unknown = await promise.then(
    () => new Error('It did not fail'),
    (thrown: unknown) => thrown,
  );
  if (isEtlError(error)) return error;
  throw error;
}

const etl = `project: p
connections:
  shop: { connector: shop, host: "\${HOST:-localhost}", port: "\${PORT:-3306}", null_text: "\${A}\${B}", password: { secret: password } }
  dwh: { connector: warehouse, path: base }
environments:
  production:
    connections:
      shop: { host: "\${PROD_HOST}" }
      dwh: { connector: dump, path: prod }
      extra: { connector: dump, path: more }
    state: { to: extra }
`;

describe('environments', () => {
  it('are chosen by name, else by ETL_ENV, and say which there are', async () => {
    const variables = { PROD_HOST: 'db', ETL_ENV: 'production', A: '', B: '' };
    expect(await open({ 'etl.yaml': etl }, variables)).toMatchObject({
      environment: 'production',
      environments: ['production'],
      state: { to: 'extra' },
    });
    expect((await caught(open({ 'etl.yaml': etl }, { A: '', B: '' }, 'prodction'))).hint).toBe("Did you mean 'production'?");
    expect(await caught(open({ 'etl.yaml': etl }, { A: '', B: '' }, 'qa'))).toMatchObject({
      code: 'USAGE',
      message: "There is no environment 'qa' in etl.yaml",
      hint: 'There are: production',
    });
  });

  it('merge the same connector by key and replace another one', async () => {
    const project = await open({ 'etl.yaml': etl }, { PROD_HOST: 'db', PORT: '5', A: '', B: '' }, 'production');
    expect(project.connections.get('shop')).toMatchObject({ connector: 'shop', options: { host: 'db', port: '5' } });
    expect(project.connections.get('dwh')).toMatchObject({ connector: 'dump', options: { path: 'prod' } });
    expect([...project.connections.keys()]).toEqual(['shop', 'dwh', 'extra']);
  });

  it('that are not chosen are validated, but their variables need not be set', async () => {
    const { problems } = await validateProject(folderOf({ 'etl.yaml': etl }), context({ A: '', B: '' }));
    expect(problems).toEqual([]);
    const wrong = etl.replace('path: more', 'pth: more');
    expect(
      (await validateProject(folderOf({ 'etl.yaml': wrong }), context({ A: '', B: '' }))).problems.map(({ message }) => message),
    ).toEqual(['path of connection extra (dump) is missing', "connection extra (dump) has no field 'pth'"]);
  });

  it('have jobs that fit them: a mode that only one of the targets lacks is a mistake', async () => {
    const job = 'extract:\n  o: { from: shop, table: o }\nload:\n  - { dataset: o, to: dwh, table: t, mode: merge, key: [id] }\n';
    const { problems } = await validateProject(folderOf({ 'etl.yaml': etl, 'jobs/j/job.yaml': job }), context({ A: '', B: '' }));
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toContain('CAPABILITY_MISSING The connector dump cannot merge');
  });
});

describe('variables', () => {
  it('come from the environment, then from .env, and keep their text', async () => {
    const files = { 'etl.yaml': etl, '.env': '# ours\nexport HOST=fromfile # note\nPORT=1\nA="x y\\n"\nB=\'0 # 1\'\n' };
    const before = { ...process.env };
    const { options } = await (await open(files, { HOST: '0123', ETL_SECRET_SHOP__PASSWORD: 's' })).openable('shop');
    expect(options).toMatchObject({ host: '0123', port: 1, null_text: 'x y\n0 # 1' });
    expect(process.env).toEqual(before);
  });

  it('have defaults, which also stand for an empty variable', async () => {
    const { options } = await (
      await open({ 'etl.yaml': etl }, { HOST: '', A: 'a', B: '', ETL_SECRET_SHOP__PASSWORD: 's' })
    ).openable('shop');
    expect(options).toMatchObject({ host: 'localhost', port: 3306, null_text: 'a' });
  });

  it('are left alone behind a second dollar, and refused where they are no name', async () => {
    const project = await open({ 'etl.yaml': 'project: p\nconnections:\n  d: { connector: dump, path: "$${HOME}/$x" }\n' });
    expect(project.connections.get('d')?.options['path']).toBe('${HOME}/$x');
    expect((await caught(open({ 'etl.yaml': 'project: p\ndescription: "${A-B}"\n' }))).message).toBe('${A-B} is not a variable');
  });

  it('never carry secrets', async () => {
    const text = (value: string) => `project: p\nconnections:\n  s: { connector: shop, host: h, password: "${value}" }\n`;
    expect((await caught(open({ 'etl.yaml': text('${ETL_SECRET_S__PASSWORD}') }, { ETL_SECRET_S__PASSWORD: 'x' }))).message).toBe(
      'ETL_SECRET_S__PASSWORD is a secret: variables are not for secrets',
    );
    const project = await open({ 'etl.yaml': text('${PW}') }, { PW: 'hunter2' });
    const error = await caught(project.openable('s'));
    expect(error.message).toBe('password of connection s is a secret, and secrets are never in files');
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('are never shown where their value does not fit', async () => {
    const text = 'project: p\nconnections:\n  s: { connector: shop, host: h, port: "${PW}" }\n';
    const { problems } = await validateProject(folderOf({ 'etl.yaml': text }), context({ PW: 'hunter2' }));
    expect(problems.map(({ message }) => message)).toEqual(['port of connection s (shop) must be a number, not what its variable holds']);
  });

  it('of a broken .env are named by their line, which is never shown', async () => {
    const error = await caught(open({ 'etl.yaml': 'project: p\n', '.env': 'A=1\npassword hunter2\nETL_SECRET_S__PASSWORD=hunter2\n' }));
    expect(error.message).toBe(
      '2 mistakes in .env\n  .env:2:1 This line is not NAME=value\n  .env:3:1 ETL_SECRET_S__PASSWORD is in .env, from which secrets are never read',
    );
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });
});

describe('secrets', () => {
  const text = 'project: p\nconnections:\n  my_shop: { connector: shop, host: h, password: { secret: db-password } }\n';

  it('come from a variable of the process named for connection and secret, and cannot be printed', async () => {
    const { options } = await (await open({ 'etl.yaml': text }, { ETL_SECRET_MY_SHOP__DB_PASSWORD: 'hunter2' })).openable('my_shop');
    const { password } = options as { password: unknown };
    expect(isSecret(password) && password.reveal()).toBe('hunter2');
    expect(JSON.stringify(options)).not.toContain('hunter2');
  });

  it('that are missing name the variable, and are not needed before the connection is opened', async () => {
    const project = await open({ 'etl.yaml': text });
    expect(await caught(project.openable('my_shop'))).toMatchObject({
      code: 'CREDENTIAL_MISSING',
      message: "The secret 'db-password' of connection my_shop is not set",
      hint: expect.stringContaining('ETL_SECRET_MY_SHOP__DB_PASSWORD'),
      place: { file: 'etl.yaml', line: 3, connection: 'my_shop' },
    });
  });

  it.each([
    ['password: hunter2', '*******'],
    ['password: "hunter2"', '*********'],
    ['host: "postgres://u:hunter2@h"', '******'],
    ['null_text: ghp_abcdefghijklmnopqrstuvwxyz0123456789', '*****'],
    ['password: 123', '***'],
  ])('written into the file are refused without being shown: %s', async (option, mask) => {
    const body = option.startsWith('host') ? option : `host: h, ${option}`;
    const { problems } = await validateProject(
      folderOf({ 'etl.yaml': `project: p\nconnections:\n  s: { connector: shop, ${body} }\n` }),
      context(),
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.frame).toContain(mask);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|ghp_a|123 /);
  });
});

describe('a project', () => {
  it('is found from any folder in it, and its absence says how to begin one', async () => {
    const folder = folderOf({ 'etl.yaml': 'project: p\n', 'jobs/a/b/c.txt': '' });
    expect(findProject(`${folder}/jobs/a/b`)).toBe(folder);
    expect(() => findProject(folderOf({}))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('etl init') }),
    );
    expect(await caught(open({}))).toMatchObject({ code: 'CONFIG_INVALID', hint: 'Begin a project with: etl init' });
  });

  it('lists its jobs by folder and names the nearest to one that is not there', async () => {
    const project = await open({ 'etl.yaml': 'project: p\n', 'jobs/sales/job.yaml': '', 'jobs/orders/job.yaml': '', 'jobs/empty/x': '' });
    expect(await project.jobs()).toEqual(['orders', 'sales']);
    expect(await caught(project.job('sale'))).toMatchObject({
      code: 'USAGE',
      message: "There is no job 'sale' in this project",
      hint: "Did you mean 'sales'?",
    });
    expect(await caught(project.job('../sales'))).toMatchObject({ code: 'USAGE' });
  });

  it('does not mind a connection that its jobs do not use', async () => {
    const text =
      'project: p\nconnections:\n  gone: { connector: uninstalled }\n  dwh: { connector: warehouse, path: x }\n  shop: { connector: shop, host: h }\n';
    const job = 'extract:\n  o: { from: shop, table: o }\nload:\n  - { dataset: o, to: dwh, table: t, mode: replace }\n';
    const project = await open({ 'etl.yaml': text, 'jobs/j/job.yaml': job });
    expect((await project.job('j')).name).toBe('j');
    expect(await caught(project.openable('gone'))).toMatchObject({
      code: 'CONNECTOR_UNKNOWN',
      place: { file: 'etl.yaml', line: 3, connection: 'gone' },
    });
    expect(await caught(project.openable('dwhh'))).toMatchObject({ code: 'CONFIG_INVALID', hint: "Did you mean 'dwh'?" });
  });
});
