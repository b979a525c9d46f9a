import { EtlError, messageOf, nativeCode, type ErrorCode, type LayerResult } from '@etl/sdk';
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';

/** One layer of a test: answers what it found, or throws. */
export interface CheckedLayer {
  readonly layer: string;
  readonly check: () => Promise<string>;
  /** What to do where the error itself says nothing. */
  readonly hint: string;
}

/** Tests layers in order and ends behind the first that fails. */
export async function* checkLayers(layers: readonly CheckedLayer[]): AsyncGenerator<LayerResult> {
  for (const { layer, check, hint } of layers) {
    try {
      yield { layer, ok: true, detail: await check() };
    } catch (error) {
      const etl = error instanceof EtlError ? error : undefined;
      yield { layer, ok: false, detail: messageOf(error), hint: etl?.hint ?? hint, ...(etl && { code: etl.code }) };
      return;
    }
  }
}

/** The addresses of a host. Throws UNREACHABLE. */
export async function resolveHost(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address).join(', ');
  } catch (cause) {
    throw new EtlError('UNREACHABLE', `Nobody knows the host ${host}`, {
      hint: 'Correct the host of the connection, or the network (VPN, DNS) of this machine',
      cause,
    });
  }
}

/** Opens the port and closes it. Throws UNREACHABLE or TIMEOUT. */
export function reachPort(host: string, port: number, milliseconds: number): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect({ host, port });
    const end = (error?: EtlError): void => {
      socket.destroy();
      if (error === undefined) done(`${host}:${port} answers`);
      else fail(error);
    };
    socket.setTimeout(milliseconds, () =>
      end(
        new EtlError('TIMEOUT', `${host}:${port} did not answer within ${milliseconds} ms`, {
          hint: 'A firewall may drop the packets: ask for the port to be opened, or correct host and port',
        }),
      ),
    );
    socket.once('connect', () => end());
    socket.once('error', (cause) => end(unreachable(`${host}:${port}`, cause)));
  });
}

const networkCodes: ReadonlyMap<string, { readonly code: ErrorCode; readonly what: string; readonly hint: string }> = new Map([
  ['ECONNREFUSED', { code: 'UNREACHABLE', what: 'nobody listens there', hint: 'Start the server, or correct host and port' }],
  ['ENOTFOUND', { code: 'UNREACHABLE', what: 'nobody knows the host', hint: 'Correct the host, or the network (VPN, DNS) of this machine' }],
  ['EAI_AGAIN', { code: 'UNREACHABLE', what: 'the name server does not answer', hint: 'Look at the network (VPN, DNS) of this machine' }],
  ['EHOSTUNREACH', { code: 'UNREACHABLE', what: 'there is no way to the host', hint: 'Look at the network (VPN, routes) of this machine' }],
  ['ENETUNREACH', { code: 'UNREACHABLE', what: 'there is no way to the network', hint: 'Look at the network (VPN, routes) of this machine' }],
  ['ETIMEDOUT', { code: 'TIMEOUT', what: 'it did not answer in time', hint: 'A firewall may drop the packets, or the host is down' }],
  ['ECONNRESET', { code: 'UNREACHABLE', what: 'the connection was cut', hint: 'Run it again: it continues where it stopped' }],
  ['EPIPE', { code: 'UNREACHABLE', what: 'the connection was cut', hint: 'Run it again: it continues where it stopped' }],
  ['ENOENT', { code: 'UNREACHABLE', what: 'there is no such socket', hint: 'Start the server, or correct the path of the socket' }],
  ['EACCES', { code: 'PERMISSION_DENIED', what: 'this user may not use the socket', hint: 'Give this user the right to the socket, or connect by host and port' }],
]); // prettier-ignore

/** A failed or cut connection in words of ours; every other error as UNREACHABLE too. */
export function unreachable(place: string, cause: unknown): EtlError {
  const known = networkCodes.get(nativeCode(cause) ?? '');
  return new EtlError(known?.code ?? 'UNREACHABLE', `Cannot reach ${place}: ${known?.what ?? messageOf(cause)}`, {
    hint: known?.hint ?? 'Correct host and port of the connection, or look at the network',
    cause,
  });
}

/** Whether an error is one of the network. */
export const isNetworkError = (error: unknown): boolean => networkCodes.has(nativeCode(error) ?? '');
