import { describe, expect, it } from '@jest/globals';
import { loadRegistry } from '../../src/registry/index.js';
import { validateProject } from '../../src/project/index.js';
import { folderOf, testRegistry } from './project-folder.js';

const validate = (files: { readonly [path: string]: string }) =>
  validateProject(folderOf({ 'etl.yaml': 'project: p\n', ...files }), {
    variables: {},
    registry: loadRegistry([]),
    steps: new Map(),
    jobs: ['a'],
  });
const job = { 'jobs/a/job.yaml': 'name: a\n' };

// Made up, and put together here so that no scanner takes this file for a leak
const secrets = [
  ['AKIA', 'IOSFODNN7EXAMPLE'].join(''),
  ['ghp_', 'x'.repeat(36)].join(''),
  ['-----BEGIN RSA', ' PRIVATE KEY-----'].join(''),
  ['sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'].join(''),
  ['postgres://etl:', 'hunter2@db.internal/shop'].join(''),
  ['npm_', 'a'.repeat(36)].join(''),
];

describe('secrets in the files of a project', () => {
  it.each(secrets)('are found in code, comments and .env with the command that stores them, and not shown: %#', async (secret) => {
    const { problems } = await validate({
      ...job,
      'etl.yaml': `project: p\n# was ${secret}\n`,
      '.env': `X='${secret}'\n`,
      'jobs/a/enrich.ts': `const key = '${secret}';\n`,
      'jobs/a/sql/x.sql': `-- ${secret}\nselect 1`,
    });
    const found = problems.filter(({ message }) => message.includes('looks like a secret'));
    expect(found.map(({ place }) => `${place.file ?? ''}:${place.line ?? 0}`).sort()).toEqual([
      '.env:1', 'etl.yaml:2', 'jobs/a/enrich.ts:1', 'jobs/a/sql/x.sql:1',
    ]); // prettier-ignore
    for (const { hint } of found) expect(hint).toContain('etl credentials set');
    expect(JSON.stringify(problems)).not.toContain(secret.slice(5));
  });

  it('are found in .env by their names too', async () => {
    const lines = [
      '# PASSWORD=x',
      'HOST=db',
      'DB_PASSWORD=tr0ub4dor',
      'export API_TOKEN="tr0ub4dor"',
      'AWS_SECRET_ACCESS_KEY = tr0ub4dor',
      'PASSWORD=',
      "SECRET=''",
      'PASSWORD_LENGTH=8',
      'TOKENS=3',
    ];
    const { problems } = await validate({ ...job, '.env': lines.join('\n') });
    const found = problems.filter(({ place }) => place.file === '.env');
    expect(found.map(({ place }) => place.line)).toEqual([3, 4, 5]);
    expect(found[0]).toMatchObject({
      message: expect.stringContaining('looks like a secret'),
      hint: expect.stringContaining('etl credentials set'),
    });
    expect(JSON.stringify(problems)).not.toContain('tr0ub4dor');
  });

  it('are not seen in addresses without a password, in placeholders and in ordinary words', async () => {
    const lines = [
      'https://example.org/a:b@c',
      'postgres://etl:{param}@db',
      'postgres://etl:${P}@db',
      'https://etl:***@db',
      'password',
      'AKIA',
      'skip_live_x',
    ];
    const { problems } = await validate({ ...job, 'jobs/a/notes.md': lines.join('\n') });
    expect(problems.filter(({ message }) => message.includes('looks like a secret'))).toEqual([]);
  });
});

describe('two secrets of one connection', () => {
  const withSecrets = async (first: string, second: string): Promise<string> => {
    const connection = `{ connector: shop, host: h, password: { secret: ${first} }, null_text: { secret: ${second} } }`;
    const files = { 'etl.yaml': `project: p\nconnections:\n  shop: ${connection}\n`, ...job };
    const { problems } = await validateProject(folderOf(files), { variables: {}, registry: testRegistry(), steps: new Map() });
    return problems.map(({ message }) => message).join('\n');
  };

  it('must not share a variable', async () => {
    expect(await withSecrets('key', 'key_file')).toContain('would share the variable ETL_SECRET_SHOP__KEY_FILE');
    expect(await withSecrets('api-key', 'api_key')).toContain('would share the variable ETL_SECRET_SHOP__API_KEY');
    expect(await withSecrets('key', 'key')).not.toContain('share');
  });
});
