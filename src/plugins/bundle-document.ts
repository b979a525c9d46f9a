import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { z } from 'zod';
import { readJsonDocument } from '../state/json-document.js';
import { installedPlugin } from './plugin-set.js';
import { treePackage } from './npm-tree.js';

const bundlePackage = treePackage.extend({
  name: z.string(),
  /** Of the tarball. */
  integrity: z.string(),
  /** Of a package that was built from a clone: of its sources. */
  sources: z.string().optional(),
  file: z.string().regex(/^[\w.-]+\.tgz$/),
});

/** bundle.json: the plugins of a bundle, and each package that they need with the tarball that holds it. */
const bundleDocument = z.object({
  version: z.literal(1),
  platform: z.string(),
  plugins: z.array(installedPlugin.omit({ root: true, support: true })),
  packages: z.array(bundlePackage),
});

export type Bundle = z.infer<typeof bundleDocument>;
export type BundlePackage = z.infer<typeof bundlePackage>;

export const bundleFile = 'bundle.json';

/** Throws CONFIG_INVALID for a folder that is no bundle, DATA_INVALID for a damaged one. */
export async function readBundle(folder: string): Promise<Bundle> {
  const path = join(folder, bundleFile);
  const bundle = await readJsonDocument(path, {
    what: 'The bundle',
    schema: bundleDocument,
    cure: 'Make it again: etl plugins bundle DIR',
  });
  if (bundle !== null) return bundle;
  throw new EtlError('CONFIG_INVALID', `There is no ${bundleFile} in ${folder}`, { hint: 'Make a bundle with: etl plugins bundle DIR' });
}
