import { EtlError, manifestSchema, type Connector, type ErrorCode, type LayerResult } from '@etl/sdk';
import type { ConnectionWorld } from './connection-world.js';
import type { ContractTests } from './contract.js';
import { expectError } from './expect-error.js';
import { expectEqual, expectThat } from './expect-equal.js';
import { expectNothingOpened, openHandles } from './open-handles.js';

export interface ConnectionHarness {
  connection(): unknown;
  readonly manifest?: unknown;
  readonly broken?: readonly { readonly code: ErrorCode; readonly connection: unknown }[];
}

/** What every connection promises, whether it reads or writes. */
export function connectionTests<W extends ConnectionWorld>(harness: ConnectionHarness): ContractTests<W> {
  const { manifest, broken = [] } = harness;
  return {
    'checks a connection that works layer by layer': async (world) => {
      const layers = await layersOf(world);
      expectThat(layers.length > 0, 'check() tells no layer');
      expectEqual(
        layers.filter(({ ok }) => !ok),
        [],
        'layers that fail',
      );
    },
    'refuses an unknown option of the connection and names it': async (world) => {
      const connection = { ...asObject(harness.connection()), no_such_option: 1 };
      const error = await expectError(['CONFIG_INVALID'], () => world.open({ connection }), 'unknown option');
      expectThat(error.message.includes('no_such_option'), `the message does not name the option: ${error.message}`);
    },
    'leaves nothing open after close, and closing again is harmless': async (world) => {
      const openAndClose = async (): Promise<void> => {
        const connection = await world.open();
        for await (const layer of connection.check()) expectThat(layer.layer !== '', 'a layer has no name');
        await world.shut(connection);
        await connection.close();
      };
      await openAndClose();
      const before = openHandles();
      await openAndClose();
      await expectNothingOpened(before, 'after close');
    },
    ...Object.fromEntries(
      broken.map(({ code, connection }) => [`says ${code} by its code`, (world: W) => failsWith(world, code, connection)]),
    ),
    ...(manifest === undefined
      ? {}
      : { 'says in package.json what the module offers': async ({ connector }: W) => expectManifest(connector, manifest) }),
  };
}

async function layersOf(world: ConnectionWorld, connection?: unknown): Promise<LayerResult[]> {
  const opened = await world.open(connection === undefined ? {} : { connection });
  const layers: LayerResult[] = [];
  for await (const layer of opened.check()) layers.push(layer);
  return layers;
}

/** A connection that cannot work fails where it is opened, or its check ends with the layer that fails and what to do. */
async function failsWith(world: ConnectionWorld, code: ErrorCode, connection: unknown): Promise<void> {
  let last: LayerResult | undefined;
  const openAndCheck = async (): Promise<void> => {
    last = (await layersOf(world, connection)).at(-1);
    if (last?.ok === false) throw new EtlError(code, last.detail ?? last.layer);
  };
  await expectError([code], openAndCheck, 'open and check');
  if (last !== undefined) expectThat(last.hint !== undefined, `layer '${last.layer}' of the check fails without a hint`);
}

/** Whether package.json says what the module offers. */
function expectManifest(connector: Connector, manifest: unknown): void {
  const etl = (asObject(manifest) as { readonly etl?: unknown }).etl;
  const said = manifestSchema.parse(etl).connectors[connector.name];
  if (said === undefined) throw new Error(`package.json does not name the connector ${connector.name}`);
  expectEqual(said.extractor, connector.extractor !== undefined, 'extractor in package.json');
  expectEqual([...said.loader].sort(), [...(connector.loader?.modes ?? [])].sort(), 'write modes in package.json');
  expectEqual(said.summary, connector.summary, 'summary in package.json');
}

export const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
