import { EtlError } from '@etl/sdk';
import type { Project } from '../project/index.js';

/** Throws CAPABILITY_MISSING where etl.yaml asks to keep cursors in a connection: no connector can hold those of other targets. */
export function refuseState({ state }: Project): void {
  if (state.to === 'local') return;
  throw new EtlError('CAPABILITY_MISSING', `Connection ${state.to} cannot keep the state of other targets`, {
    hint: 'Leave state out of etl.yaml: targets with transactions keep their own, all others in .etl on this machine',
    place: { file: 'etl.yaml', connection: state.to },
  });
}
