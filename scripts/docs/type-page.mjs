import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { root } from '../root.mjs';
import { code, generated, page, table } from './markdown.mjs';

const titles = { mysql: 'MySQL and MariaDB', oracle: 'Oracle', postgres: 'PostgreSQL' };

/** The list from which the tests of a connector's types are made, too; null: it has none. */
async function matrixOf(plugin) {
  const path = join(root, 'plugins', plugin, 'test', 'type-matrix.ts');
  if (!existsSync(path)) return null;
  const { code: script } = transformSync(readFileSync(path, 'utf8'), { loader: 'ts', format: 'esm' });
  const { typeMatrix, typesMade = [] } = await import(`data:text/javascript;base64,${Buffer.from(script).toString('base64')}`);
  return typeMatrix === undefined ? null : { plugin, typeMatrix, typesMade };
}

/** What every type of the databases is read as, and what they make of ours. */
export async function typePage() {
  const found = await Promise.all(readdirSync(join(root, 'plugins')).sort().map(matrixOf));
  return page(
    generated,
    '# Types of databases',
    'Each row is a test on a real server: values of the type are read from a table and from a query, loaded into another table of the same type, and read again, all unchanged.',
    found
      .filter((one) => one !== null)
      .map(({ plugin, typeMatrix, typesMade }) => [
        `## ${titles[plugin] ?? plugin}`,
        table(
          ['column', 'is read as', ''],
          typeMatrix.map(({ native, type, only, note }) => [
            code(native),
            code(type),
            [only && `${only} only`, note].filter(Boolean).join('; '),
          ]),
        ),
        typesMade.length === 0 ? '' : 'Tables that a load makes have these columns:',
        table(
          ['type', 'column', ''],
          typesMade.map(({ type, native, note = '' }) => [code(type), native === null ? 'refused' : code(native), note]),
        ),
      ]),
  );
}
