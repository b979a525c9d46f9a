import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { seededRandom } from './random.mjs';
import { plainWords, unicodeWords } from './words.mjs';

const pad2 = (number) => String(number).padStart(2, '0');
const days = Array.from({ length: 2600 }, (_, day) => new Date(Date.UTC(1992, 0, 1 + day)).toISOString().slice(0, 10));
const cents = (amount) => `${Math.trunc(amount / 100)}.${pad2(amount % 100)}`;
const pick = (random, list) => list[random.between(0, list.length - 1)];

const phrase = (random, length) => {
  let text = pick(random, plainWords);
  while (text.length < length) text += ` ${pick(random, plainWords)}`;
  return text.slice(0, length).trimEnd();
};
const mixedWords = (random, count) =>
  Array.from({ length: count }, () => pick(random, random.chance(66) ? plainWords : unicodeWords)).join(' ');
const hex = (random, length) => {
  let text = '';
  while (text.length < length) text += random.next().toString(16).padStart(8, '0');
  return text.slice(0, length);
};

/** 16 columns like TPC-H's lineitem: numbers, decimals, dates, short text; no null. `first` shifts the keys, for rows that are new. */
export function* narrowRows(rows, { first = 1, seed = 1 } = {}) {
  const random = seededRandom(seed);
  const { between } = random;
  for (let row = 0; row < rows; row += 1) {
    const quantity = between(1, 50);
    const part = between(1, 200_000);
    const shipped = between(30, 2500);
    yield [
      first + row, part, between(1, 10_000), 1 + (row % 7), `${quantity}.00`, cents(quantity * (90_000 + (part % 20_001) + 100 * (part % 1000))),
      `0.${pad2(between(0, 10))}`, `0.${pad2(between(0, 8))}`, 'RAN'[between(0, 2)], 'OF'[between(0, 1)], days[shipped], days[shipped + between(-20, 60)],
      days[shipped + between(1, 30)], pick(random, ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN']),
      pick(random, ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB']), phrase(random, between(10, 43)),
    ]; // prettier-ignore
  }
}

export const narrowColumns =
  'l_id l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate l_shipinstruct l_shipmode l_comment'.split(
    ' ',
  );

/** 24 columns of a web shop's orders: Unicode, quotes, line breaks, JSON, big numbers, many nulls. */
export function* wideRows(rows, { seed = 2 } = {}) {
  const random = seededRandom(seed);
  const { between, chance, next } = random;
  const unless = (percent, value) => (chance(percent) ? null : value());
  const time = () => `${pad2(between(0, 23))}:${pad2(between(0, 59))}:${pad2(between(0, 59))}`;
  for (let row = 0; row < rows; row += 1) {
    yield [
      1_000_000_000_000 + row, `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`, unless(10, () => between(1, 2_000_000)),
      pick(random, ['new', 'paid', 'shipped', 'returned', 'cancelled']), unless(5, () => `${chance(50) ? '-' : ''}${between(1, 99_999_999)}.${String(between(0, 9999)).padStart(4, '0')}`),
      `${between(0, 9999)}.${pad2(between(0, 99))}`, pick(random, ['EUR', 'USD', 'JPY', 'CZK']), `${pick(random, days)} ${time()}.${String(between(0, 999_999)).padStart(6, '0')}`,
      unless(20, () => `${pick(random, days)} ${time()}`), unless(30, () => pick(random, days)), chance(50), unless(15, () => (next() / 4_294_967_296) * 1000 - 500), between(1, 1000) / 8,
      `1${String(next()).padStart(10, '0')}${String(between(0, 99_999_999)).padStart(8, '0')}`, mixedWords(random, between(1, 4)), `user${between(1, 999_999)}@example${between(1, 50)}.com`,
      chance(12) ? `${between(1, 999)} "Main", St\n${mixedWords(random, 2)}\tapt\\${between(1, 99)}` : `${between(1, 999)} ${phrase(random, between(8, 20))}, ${mixedWords(random, 1)}`,
      unless(40, () => mixedWords(random, between(2, 16))), unless(25, () => JSON.stringify({ a: between(1, 100), t: [mixedWords(random, 1), 'x'], ok: chance(50) })),
      unless(50, time), between(-32_768, 32_767), pick(random, ['DE', 'CZ', 'US', 'JP', 'FR']), unless(10, () => `sku-${hex(random, 10)}`), chance(50) ? 'web' : 'store',
    ]; // prettier-ignore
  }
}

export const wideColumns =
  'id uuid customer_id status amount tax currency created_at updated_at ship_date is_paid score ratio big_u name email address notes meta elapsed qty country sku channel'.split(
    ' ',
  );

const csvCell = (value) => {
  if (value === null) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Writes rows as a CSV file with a header. Memory stays flat however many there are. */
export async function writeCsv(path, columns, rows) {
  const file = createWriteStream(path);
  let text = `${columns.join(',')}\n`;
  for (const row of rows) {
    text += `${row.map(csvCell).join(',')}\n`;
    if (text.length < 1 << 18) continue;
    if (!file.write(text)) await once(file, 'drain');
    text = '';
  }
  file.end(text);
  await once(file, 'close');
}

export const partColumns = ['p_partkey', 'p_brand', 'p_weight'];

/** A small table to join with `l_partkey`. */
export function* partRows(rows) {
  for (let part = 1; part <= rows; part += 1) yield [part, `Brand#${11 + (part % 45)}`, `${(part * 37) % 1000}.${pad2(part % 100)}`];
}
