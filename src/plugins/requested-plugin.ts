import { EtlError, nearestName } from '@etl/sdk';
import type { Catalogue, CatalogueEntry } from './catalogue.js';
import { isPackageName } from './package-name.js';

/** One name of `etl plugins install`, understood. */
export interface RequestedPlugin {
  readonly name: string;
  /** Version, range or tag; null: the newest. */
  readonly version: string | null;
  /** Null: a package that the catalogue does not know. */
  readonly entry: CatalogueEntry | null;
}

/** What `oracle`, `@etl/oracle` or `@acme/etl-lake@1.2.0` means. Throws USAGE for what would fetch something else than was meant. */
export function requestedPlugin(given: string, catalogue: Catalogue): RequestedPlugin {
  const at = given.lastIndexOf('@');
  const [bare, version] = at > 0 ? [given.slice(0, at), given.slice(at + 1)] : [given, null];
  const entry = catalogue.find(bare) ?? null;
  if (entry !== null) return { name: entry.package, version: checkedVersion(version), entry };
  if (/^(\.{0,2}\/|~|[A-Za-z]:[\\/])/.test(given) || given.endsWith('.tgz'))
    throw new EtlError('USAGE', `"${given}" is a path, not the name of a plugin`, {
      hint: 'A connector that you write: etl plugins link DIR. Tarballs: etl plugins install --offline DIR',
    });
  if (/^[\w.-]+\/[\w.-]+$/.test(bare))
    throw new EtlError('USAGE', `"${given}" would be fetched from GitHub, from whoever has that name there`, {
      hint: `Did you mean @${given}?`,
    });
  if (/[:#]/.test(given))
    throw new EtlError('USAGE', `"${given.replace(/\/\/[^/]*@/, '//***@')}" is an address; plugins are installed by name`, {
      hint: 'Publish it to a registry, or clone it and use: etl plugins link DIR',
    });
  if (!isPackageName(bare)) throw new EtlError('USAGE', `"${given}" is not the name of a package`, { hint: known(catalogue) });
  if (bare.startsWith('@etl/')) throw unknownEtl(bare, catalogue);
  return { name: bare, version: checkedVersion(version), entry: null };
}

/** @etl belongs to nobody on public registries: what the catalogue does not name there is a stranger's. */
function unknownEtl(name: string, catalogue: Catalogue): EtlError {
  const near = nearestName(name, catalogue.entries.map((entry) => entry.package)); // prettier-ignore
  const hint = near === undefined ? known(catalogue) : `Did you mean ${near}?`;
  return new EtlError('USAGE', `${name} is not one of the connectors of this etl`, { hint });
}

const known = ({ entries }: Catalogue): string =>
  entries.length === 0 ? 'This etl has no installable connectors of its own yet' : `Known: ${entries.map(({ connector }) => connector).sort().join(', ')}`; // prettier-ignore

function checkedVersion(version: string | null): string | null {
  if (version === null || /^[\w.^~<>=*+-]{1,64}$/.test(version)) return version;
  throw new EtlError('USAGE', 'What stands behind the @ is not a version', { hint: 'Such as @etl/oracle@1.2.0' });
}
