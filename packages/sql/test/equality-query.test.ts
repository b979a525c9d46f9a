import { describe, expect, it } from '@jest/globals';
import { equalityQuery } from '../src/equality-query.js';

const parse = (query: string): ReturnType<typeof equalityQuery> => equalityQuery(query, new Set(['id', 'code']), true);

describe('a query that compares columns with parameters', () => {
  it('is its list, its tables, its equalities and its other conditions', () => {
    const query = `select o.nr, -- from where :id
      concat(o.a, ' from '), (select name from lands l where l.id = o.land) as "where"
      from orders o left join \`lines\` l on l.nr = o.nr and l.kind = :kind
      where o.customer = :id and :code = o.\`the code\` and o.day between '2026-01-01' and '2026-12-31' and (a = 1 or b = 2) -- and :id
      order by o.nr`;
    const parsed = parse(query);
    expect(parsed?.equalities).toEqual([
      { name: 'id', column: 'o.customer' },
      { name: 'code', column: 'o.`the code`' },
    ]);
    expect(parsed?.conditions).toEqual([`o.day between '2026-01-01' and '2026-12-31'`, '(a = 1 or b = 2)']);
    expect(parsed?.from.trim()).toBe('orders o left join `lines` l on l.nr = o.nr and l.kind = :kind');
    expect([parsed?.isStar, parse('select * from t where a = :id')?.isStar]).toEqual([false, true]);
    expect(parsed?.list).toContain(`(select name from lands l where l.id = o.land) as "where"`);
  });

  it.each([
    'select a from t where b = :id limit 1',
    'select count(*) from t where b = :id',
    'select count (*) from t where b = :id',
    'select a, max(b) from t where c = :id group by a',
    'select distinct a from t where b = :id',
    'select a from t where b = :id union select 1',
    'select a from t where b = :id or b = 1',
    'select a from t where b = :id || b = 1',
    'select a from t where not b = :id',
    'select a from t where b > :id',
    'select a from t where b = :id and c > :code',
    'select a from t where b = c = :id',
    'select a from t where b = :id + 1',
    'select a from t where a between 1 and b = :id',
    'select a from t where lower(b) = :id',
    'select a from t where (b = :id)',
    'select a from t where b in (:id)',
    'select a, :id from t where b = :id',
    'select a from t left join u on u.b = :id where t.b = :id',
    'select a from (select a, b from t where c = :id) q where b = :id',
    'select a from t where b = :id and exists (select 1 from u where u.c = :id)',
    'select case when b = 1 and c = 2 then 1 end from t where b = :id',
    'select rand() from t where b = :id',
    'select db.f(a) from t where b = :id',
    'select `f`(a) from t where b = :id',
    'select @n := a from t where b = :id',
    'select a from t force index (i) where b = :id',
    'select a from t where b = :id for update',
    'select /*+ BNL(t) */ a from t where b = :id',
    'select /*!50000 a */ from t where b = :id',
    'select a from t where b = :id # and more',
    'select a from t where b = 3--1 or 1 = 1 and c = :id',
    'select a from t where c = :id and b = 3--1 or 1 = 1',
    'with x as (select 1) select a from x where b = :id',
    'select a from t',
    'select a from t where b = 1',
    `select a from t where b = ':id'`,
    'select a _etl_n from t where b = :id',
  ])('is none of that shape, and read once for each value: %s', (query) => {
    expect(parse(query)).toBeNull();
  });
});
