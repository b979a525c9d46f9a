const nowhere = 'http://127.0.0.1:9';

/** No telemetry of any peer, and no way out over HTTP for one that asks all the same: only this machine is reached. */
export const quietVariables = {
  DO_NOT_TRACK: '1',
  RUNTIME__DLTHUB_TELEMETRY: 'false',
  DISABLE_TELEMETRY: 'true',
  INGESTR_DISABLE_TELEMETRY: 'true',
  SLING_DISABLE_TELEMETRY: 'true',
  ...Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, nowhere])),
  NO_PROXY: '127.0.0.1,localhost',
  no_proxy: '127.0.0.1,localhost',
};
