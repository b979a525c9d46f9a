import { bundledPlugins } from '../../dist/registry/index.js';
import { describeConnector } from '../../dist/plugins/described-connector.js';

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The catalogue: each connector of this repository that does not come with etl, by name, and its options, so that it can be shown and files can
 * be checked before it is installed.
 */
export function catalogueFiles(connectors) {
  const bundled = new Set(bundledPlugins().map(({ name }) => name));
  const installable = connectors.filter(({ plugin }) => !bundled.has(plugin));
  const entries = installable.map(({ name, plugin, summary, folder }) => [
    name,
    { package: plugin, summary, options: `catalogue/${name}.json`, folder },
  ]);
  return [
    ['catalogue.json', json({ connectors: Object.fromEntries(entries) })],
    ...installable.map(({ name, connector }) => [`catalogue/${name}.json`, json(describeConnector(connector))]),
  ];
}
