import { describe, expect, it } from '@jest/globals';
import { parseTypeName, typeName } from '@etl/sdk';
import { typeHolds, typeRefuses, typeWidened, type TypeLimits } from '../src/index.js';

const limits: TypeLimits = { decimalDigits: 38, integers: [16, 32, 64], unsigned: false };

describe('a column of the target', () => {
  it.each([
    ['integer', 'int32', true], ['int32', 'integer', false], ['integer', 'uint32', true], ['integer', 'uint64', false],
    ['uint8', 'int8', false], ['decimal(20,0)', 'uint64', true], ['decimal(19,0)', 'uint64', false], ['decimal', 'decimal(30,4)', true],
    ['decimal(12,4)', 'decimal(10,2)', true], ['decimal(12,4)', 'decimal(12,2)', false], ['decimal(12,2)', 'decimal', false],
    ['float', 'int32', true], ['float', 'integer', false], ['float32', 'float', false], ['float', 'decimal(3,1)', false],
    ['text', 'text(5)', true], ['text(5)', 'text', false], ['text', 'integer', false], ['text', 'json', false],
    ['timestamp(3)', 'timestamp', false], ['timestamptz', 'timestamp', false], ['timestamp', 'date', false], ['time', 'time(0)', true],
  ])('%s holds every value of %s exactly: %s', (target, given, holds) => {
    expect(typeHolds(parseTypeName(target), parseTypeName(given))).toBe(holds);
  }); // prettier-ignore

  it.each([
    ['int16', 'integer', true], ['text(3)', 'text', true], ['decimal(5,2)', 'decimal(12,2)', true], ['decimal(5,2)', 'decimal(12,4)', false],
    ['decimal(5,2)', 'integer', true], ['integer', 'text', false], ['float32', 'float', false], ['timestamp(0)', 'timestamp', false],
  ])('%s refuses row by row what is too much of %s, and bends none: %s', (target, given, refuses) => {
    expect(typeRefuses(parseTypeName(target), parseTypeName(given))).toBe(refuses);
  }); // prettier-ignore

  it.each([
    ['int16', 'int32', 'int32'], ['int32', 'uint32', 'integer'], ['integer', 'uint64', 'decimal(20,0)'], ['text(3)', 'text(9)', 'text(9)'],
    ['text(3)', 'text', 'text'], ['decimal(5,2)', 'decimal(6,4)', 'decimal(7,4)'], ['decimal(38,0)', 'decimal(38,10)', null],
    ['int32', 'decimal(4,2)', 'decimal(12,2)'], ['float32', 'float', 'float'], ['integer', 'text', null], ['date', 'timestamp', null],
  ])('%s that meets %s becomes %s', (a, b, wide) => {
    const found = typeWidened(parseTypeName(a), parseTypeName(b), limits);
    expect(found === null ? null : typeName(found)).toBe(wide);
    if (found !== null) expect([a, b].every((one) => typeHolds(found, parseTypeName(one)))).toBe(true);
  }); // prettier-ignore
});
