import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBundle } from './bundle-plugins.js';
import { readBundle, type Bundle, type BundlePackage } from './bundle-document.js';
import type { ServedBundle } from './restore-plugins.js';

/** Serves a bundle as a registry to this machine alone while the work takes, so that npm resolves as ever and nothing comes from elsewhere. */
export async function withServedBundle<T>(folder: string, work: (served: ServedBundle, bundle: Bundle) => Promise<T>): Promise<T> {
  const bundle = await readBundle(folder);
  await checkBundle(folder, bundle);
  const cache = await mkdtemp(join(tmpdir(), 'etl-npm-'));
  const server = createServer((request, response) => answer(request, response, { folder, bundle }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const integrityOf: ServedBundle['integrityOf'] = (name, version, locked) =>
    bundle.packages.find((each) => each.name === name && each.version === version && [each.integrity, each.sources].includes(locked))?.integrity;
  try {
    return await work({ registry: `http://127.0.0.1:${port}/`, cache, integrityOf }, bundle);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(cache, { recursive: true, force: true });
  }
} // prettier-ignore

function answer(request: IncomingMessage, response: ServerResponse, { folder, bundle }: { folder: string; bundle: Bundle }): void {
  const path = decodeURIComponent((request.url ?? '/').slice(1));
  const tarball = bundle.packages.find(({ file }) => path === `-/${file}`);
  if (tarball !== undefined) {
    createReadStream(join(folder, tarball.file)).on('error', () => response.destroy()).pipe(response); // prettier-ignore
    return;
  }
  const versions = bundle.packages.filter(({ name }) => name === path);
  const host = `http://${request.headers.host ?? '127.0.0.1'}/`;
  response.writeHead(versions.length === 0 ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(versions.length === 0 ? { error: 'not in the bundle' } : packument(path, versions, host)));
}

const packument = (name: string, versions: readonly BundlePackage[], host: string): object => ({
  name,
  'dist-tags': { latest: versions.at(-1)?.version },
  versions: Object.fromEntries(
    versions.map((entry) => [entry.version, { ...entry, dist: { integrity: entry.integrity, tarball: `${host}-/${entry.file}` } }]),
  ),
});
