import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

export interface PublishedPackage {
  readonly pjson: { readonly name: string; readonly version: string };
  readonly tarball: string;
}

/** A registry that has some packages, and that can be told to answer no more: a network that hangs. */
export async function startRegistry(packages: readonly PublishedPackage[]) {
  const asked: string[] = [];
  const state = { hangs: false };
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice(1));
    asked.push(path);
    if (state.hangs) return;
    void (async () => {
      const file = packages.find(({ pjson }) => path === `-/${pjson.name}-${pjson.version}.tgz`);
      if (file !== undefined) return response.end(await readFile(file.tarball));
      const versions = await Promise.all(
        packages.filter(({ pjson }) => pjson.name === path).map(async ({ pjson, tarball }) => {
          const integrity = `sha512-${createHash('sha512').update(await readFile(tarball)).digest('base64')}`;
          return [pjson.version, { ...pjson, dist: { integrity, tarball: `http://${request.headers.host ?? ''}/-/${pjson.name}-${pjson.version}.tgz` } }];
        }),
      ); // prettier-ignore
      response.writeHead(versions.length === 0 ? 404 : 200, { 'content-type': 'application/json' });
      const latest = versions.at(-1)?.[0];
      return response.end(JSON.stringify({ name: path, 'dist-tags': { latest }, versions: Object.fromEntries(versions) as object }));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    hang: (): void => void (state.hangs = true),
    async end(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
