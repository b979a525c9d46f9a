import type { ConnectionOptions, TlsOptions } from './connection-options.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where the database is. */
export interface ServerAddress {
  /** For messages, without secrets. */
  readonly place: string;
  /** What the driver connects to; `led`: a port of this machine that leads there. */
  connectString(led: Endpoint | null): string;
  /** The first address that the connect string names; null: it is a name of tnsnames.ora. */
  readonly host: Endpoint | null;
  readonly service: string;
  /** null: nothing is encrypted. */
  readonly tls: Partial<TlsOptions> | null;
}

/** Bytes of a packet: as many as the server lets be, so that large rows take few of them. */
const packetSize = 65_535;

export function serverAddress(options: ConnectionOptions): ServerAddress {
  const { host, service, sid, connect_string: whole, tls, connect_timeout: timeout } = options;
  if (whole !== undefined) return ofConnectString(whole, tls);
  const port = options.port ?? (tls === false ? 1521 : 2484);
  const protocol = tls === false ? 'tcp' : 'tcps';
  const at = (end: Endpoint): string => `(ADDRESS=(PROTOCOL=${protocol})(HOST=${end.host})(PORT=${end.port}))`;
  const own = { host: host ?? '', port };
  const data = service === undefined ? `(SID=${sid ?? ''})` : `(SERVICE_NAME=${service})`;
  const limits = `(TRANSPORT_CONNECT_TIMEOUT=${timeout})(SDU=${packetSize})`;
  return {
    place: `${host ?? ''}:${port}/${service ?? sid ?? ''}`,
    connectString: (led) => `(DESCRIPTION=${limits}${at(led ?? own)}(CONNECT_DATA=${data}))`,
    host: own,
    service: service ?? sid ?? '',
    tls: tlsOf(tls),
  };
}

const tlsOf = (tls: ConnectionOptions['tls']): Partial<TlsOptions> | null => (tls === false ? null : tls === true ? {} : tls);

function ofConnectString(whole: string, tls: ConnectionOptions['tls']): ServerAddress {
  const find = (name: string): string | undefined => new RegExp(`\\(\\s*${name}\\s*=\\s*([^()]+?)\\s*\\)`, 'i').exec(whole)?.[1];
  const easy = /^(?:(\w+):\/\/|\/\/)?(\[[^\]]+\]|[^:/?\s()]+)(?::(\d+))?\/([^:/?]+)/.exec(whole);
  const protocol = find('PROTOCOL') ?? easy?.[1] ?? 'tcp';
  const encrypted = protocol.toLowerCase() === 'tcps';
  const name = find('HOST') ?? easy?.[2]?.replaceAll(/[[\]]/g, '');
  const port = Number(find('PORT') ?? easy?.[3] ?? 1521);
  const service = find('SERVICE_NAME') ?? find('SID') ?? easy?.[4] ?? whole;
  return {
    place: name === undefined ? whole : `${name}:${port}/${service}`,
    connectString: () => whole,
    host: name === undefined ? null : { host: name, port },
    service,
    tls: encrypted ? (tlsOf(tls) ?? {}) : null,
  };
}
