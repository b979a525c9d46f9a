import { describe, expect, it } from '@jest/globals';
import { EtlError } from '@etl/sdk';

describe('EtlError.at', () => {
  const error = new EtlError('AUTH_FAILED', 'no', {
    hint: 'Store it: etl credentials set CONNECTION. Its tables: CONNECTION',
    place: { dataset: 'lines' },
  });

  it('names the connection in commands of the hint, and leaves other words alone', () => {
    expect(error.at({ connection: 'shop', dataset: 'other' })).toMatchObject({
      hint: 'Store it: etl credentials set shop. Its tables: CONNECTION',
      place: { connection: 'shop', dataset: 'lines' },
    });
  });

  it('leaves the hint as it is where no connection is known', () => {
    expect(error.at({ step: 'cast' })).toMatchObject({ hint: error.hint, place: { dataset: 'lines', step: 'cast' } });
  });

  it('keeps a place that is there', () => {
    expect(error.at({ connection: 'shop' }).at({ connection: 'files' })).toMatchObject({ place: { connection: 'shop' } });
  });
});
