import { EtlError, isEtlError, type ErrorCode, type LayerResult } from '@etl/sdk';
import type { OpenableConnection, Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { withSource } from '../scaffold/describe-source.js';

/** What the test of one connection found. */
export interface CheckedConnection {
  readonly name: string;
  readonly connector: string | null;
  readonly ok: boolean;
  /** In order, up to the first that failed. */
  readonly layers: readonly LayerResult[];
  readonly error: EtlError | null;
}

export interface CheckSetting {
  readonly project: Project;
  readonly registry: Registry;
  readonly signal: AbortSignal;
}

/** Tests a connection layer by layer. What keeps it from being tested, such as a missing secret, is in the result too. */
export async function checkConnection(name: string, { project, registry, signal }: CheckSetting): Promise<CheckedConnection> {
  const layers: LayerResult[] = [];
  const connector = project.connections.get(name)?.connector ?? null;
  try {
    const openable = await project.openable(name);
    await runLayers(openable, { project, registry, signal }, layers);
    const failed = layers.find(({ ok }) => !ok);
    return { name, connector, ok: failed === undefined, layers, error: failed === undefined ? null : layerError(name, failed) };
  } catch (error) {
    if (!isEtlError(error) || error.code === 'CANCELLED') throw error;
    return { name, connector, ok: false, layers, error: error.at({ connection: name }) };
  }
}

async function runLayers(
  { connector, options }: OpenableConnection,
  { project, registry, signal }: CheckSetting,
  layers: LayerResult[],
): Promise<void> {
  const setting = { registry, directory: project.directory, signal };
  await withSource({ connector: connector.name, options }, setting, async (connection) => {
    for await (const layer of connection.check()) {
      signal.throwIfAborted();
      layers.push(layer);
      if (!layer.ok) return;
    }
  });
}

const refusals = /^(login|sign-?in|auth\w*|credentials?|password|permissions?|access)$/i;

/** The failed layer as an error whose code gives the exit code: 3 where credentials were refused, 4 where a retry may help. */
function layerError(connection: string, { layer, detail, hint, code }: LayerResult): EtlError {
  const known: ErrorCode = code ?? (refusals.test(layer) ? 'AUTH_FAILED' : 'UNREACHABLE');
  return new EtlError(known, `Connection ${connection} fails at ${layer}${detail === undefined ? '' : `: ${detail}`}`, {
    place: { connection },
    ...(hint !== undefined && { hint }),
  });
}
