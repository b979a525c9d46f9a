import { EtlError } from '@etl/sdk';

/** `ETL_PLUGIN_REGISTRY`: the registry that publishes the scope @etl; null: nobody does. It is kept for later updates, so it carries no password. */
export function scopeRegistryOf(variables: NodeJS.ProcessEnv): string | null {
  const given = variables['ETL_PLUGIN_REGISTRY'];
  if (given === undefined || given === '') return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || /\s/.test(given))
    throw new EtlError('USAGE', 'ETL_PLUGIN_REGISTRY is not the address of a registry', { hint: 'Such as https://npm.example.com/' });
  if (url.username !== '' || url.password !== '')
    throw new EtlError('USAGE', 'ETL_PLUGIN_REGISTRY carries a password', {
      hint: 'Sign in with npm login --registry=…, which keeps the token in your .npmrc',
    });
  return url.href;
}
