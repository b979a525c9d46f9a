import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { freshData } from './data-template.js';
import { greets, mariadbSql, type MariadbServer } from './mariadb-server.js';
import { mysql56, serverPackage } from './server-package.js';
import { asUser, controlsOf, freePort, giveTo, ThrowawayServer } from './throwaway-server.js';

const user = 'mysql';

/** A real MySQL 5.6, which is old: what a connector does with servers that it only reads from. It has no TLS; `root` signs in without a password. */
export async function startMysql56(): Promise<MariadbServer> {
  const programs = join(await serverPackage(mysql56), 'server');
  const folder = await freshData('etl-m56-', {
    name: `mysql-${mysql56.version}`,
    user,
    make: (made) => cp(join(programs, 'data', 'mysql'), join(made, 'data'), { recursive: true }),
  });
  await giveTo(user, folder);
  const [port, host, socket] = [await freePort(), '127.0.0.1', join(folder, 's.sock')];
  const server = new ThrowawayServer({
    title: 'MySQL 5.6',
    log: join(folder, 'log'),
    stopSignal: 'SIGTERM',
    // Its library for asynchronous files is another one than that of the machine
    command: () =>
      asUser(user, 'TERM', [
        'env', `LD_LIBRARY_PATH=${programs}`, join(programs, 'mysqld'), '--no-defaults', `--basedir=${programs}`, `--datadir=${folder}/data`,
        `--lc-messages-dir=${programs}/share`, `--character-sets-dir=${programs}/share/charsets`, `--socket=${socket}`, `--pid-file=${folder}/pid`,
        `--log-error=${folder}/log`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', `--tmpdir=${folder}`,
        '--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-buffer-pool-size=64M', '--performance-schema=OFF',
        '--character-set-server=utf8mb4', '--max-allowed-packet=64M',
      ]), // prettier-ignore
    ready: () => greets(host, port),
  });
  await server.start();
  return {
    host,
    port,
    socket,
    certificates: null,
    sql: (statements, database) => mariadbSql(socket, statements, database),
    ...controlsOf(server, folder),
  };
}
