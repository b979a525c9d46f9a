/** The dictionary views that a connector reads, over PostgreSQL's catalogue. A domain of schema SYS is named for the type of Oracle that it stands for. */
export const dictionary = String.raw`
create view relations as
  select c.oid, n.nspname::text as owner, c.relname::text as name, c.relkind, c.relpersistence, c.reltuples
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not in ('SYS', 'DBMS_LOB', 'DBMS_SESSION', 'public', 'pg_catalog', 'information_schema') and n.nspname not like 'pg\_%';

create function oracle_type_name(oid, int) returns text language sql stable as $$
  select case when n.nspname = 'SYS' then t.typname::text else case t.typname
    when 'numeric' then case when $2 > 0 then 'NUMBER(' || (($2 - 4) >> 16)::text || ',' || (($2 - 4) & 2047)::text || ')' else 'NUMBER' end
    when 'int4' then 'NUMBER(10,0)' when 'int8' then 'NUMBER(19,0)' when 'timestamp' then 'TIMESTAMP(6)' when 'timestamptz' then 'TIMESTAMP(6) WITH TIME ZONE'
    when 'bytea' then 'BLOB' when 'float8' then 'BINARY_DOUBLE' when 'float4' then 'BINARY_FLOAT'
    when 'varchar' then 'VARCHAR2(' || case when $2 > 0 then ($2 - 4)::text else '4000' end || ' CHAR)'
    else 'VARCHAR2(4000 CHAR)' end end
  from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid = $1 $$;

create view columns_of as
  select r.oid, r.owner, r.name as relation, a.attname::text as name, a.attnum, a.attnotnull, a.attgenerated, a.attidentity, pg_get_expr(d.adbin, d.adrelid) as preset,
    oracle_type_name(a.atttypid, a.atttypmod) as type,
    row_number() over (partition by r.oid order by a.attnum) as position
  from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.relkind in ('r', 'v', 'p');

create view "ALL_TABLES" as
  select owner as "OWNER", name as "TABLE_NAME", case when reltuples >= 0 then reltuples::numeric end as "NUM_ROWS",
    case relpersistence when 't' then 'Y' else 'N' end as "TEMPORARY", 'NO'::text as "NESTED", 'N'::text as "SECONDARY", 'NO'::text as "DROPPED", null::text as "IOT_TYPE",
    'NO'::text as "PARTITIONED"
  from relations where relkind in ('r', 'p');

create view "ALL_VIEWS" as select owner as "OWNER", name as "VIEW_NAME" from relations where relkind = 'v';
create view "ALL_MVIEWS" as select owner as "OWNER", name as "MVIEW_NAME" from relations where relkind = 'm';

create view "ALL_OBJECTS" as
  select owner as "OWNER", name as "OBJECT_NAME", case relkind when 'v' then 'VIEW' when 'i' then 'INDEX' when 'S' then 'SEQUENCE' else 'TABLE' end as "OBJECT_TYPE",
    'N'::text as "TEMPORARY", 'N'::text as "SECONDARY", 'N'::text as "GENERATED", 'VALID'::text as "STATUS"
  from relations;

create view "ALL_TAB_COLS" as
  select owner as "OWNER", relation as "TABLE_NAME", name as "COLUMN_NAME",
    case when type ~ '^(TIMESTAMP|INTERVAL)' then type else substring(type from '^[A-Z0-9_]+') end as "DATA_TYPE",
    case when type ~ '^(VARCHAR2|CHAR|RAW)' then substring(type from '\((\d+)')::numeric
      when type ~ '^(NVARCHAR2|NCHAR)' then 2 * substring(type from '\((\d+)')::numeric when type ~ '^(NUMBER|FLOAT)' then 22 when type = 'DATE' then 7 else 4000 end as "DATA_LENGTH",
    case when type ~ '^(NUMBER|FLOAT)\(' then substring(type from '\((\d+)')::numeric end as "DATA_PRECISION",
    case when type ~ '^NUMBER\(' then substring(type from ',(-?\d+)\)')::numeric when type ~ '^TIMESTAMP' then substring(type from '\((\d+)')::numeric end as "DATA_SCALE",
    case when attnotnull then 'N' else 'Y' end as "NULLABLE", position::numeric as "COLUMN_ID",
    case when attgenerated = '' and attidentity = '' then preset when attidentity <> '' then 'sequence' else preset end as "DATA_DEFAULT",
    case when type ~ '^(N?VARCHAR2|N?CHAR)' then substring(type from '\((\d+)')::numeric else 0 end as "CHAR_LENGTH",
    case when type ~ '^N(VARCHAR2|CHAR)' then 'C' when type ~ ' CHAR\)' then 'C' when type ~ '^(VARCHAR2|CHAR)' then 'B' end as "CHAR_USED",
    length(preset)::numeric as "DEFAULT_LENGTH", null::text as "DATA_TYPE_OWNER", 'NO'::text as "HIDDEN_COLUMN", case when attgenerated = 's' then 'YES' else 'NO' end as "VIRTUAL_COLUMN",
    case when attidentity <> '' then 'YES' else 'NO' end as "IDENTITY_COLUMN", 'YES'::text as "USER_GENERATED"
  from columns_of;
create view "ALL_TAB_COLUMNS" as select * from "ALL_TAB_COLS";

create view "ALL_TAB_IDENTITY_COLS" as
  select owner as "OWNER", relation as "TABLE_NAME", name as "COLUMN_NAME", case attidentity when 'a' then 'ALWAYS' else 'BY DEFAULT' end as "GENERATION_TYPE"
  from columns_of where attidentity <> '';

create view "ALL_CONSTRAINTS" as
  select r.owner as "OWNER", c.conname::text as "CONSTRAINT_NAME", case c.contype when 'f' then 'R' else upper(c.contype::text) end as "CONSTRAINT_TYPE", r.name as "TABLE_NAME",
    case when c.contype = 'c' then regexp_replace(pg_get_expr(c.conbin, c.conrelid), '::("SYS"\."[^"]+"|[a-z ]+(\(\d+(,\d+)?\))?)', '', 'g') end as "SEARCH_CONDITION", case when c.contype = 'c' then regexp_replace(pg_get_expr(c.conbin, c.conrelid), '::("SYS"\."[^"]+"|[a-z ]+(\(\d+(,\d+)?\))?)', '', 'g') end as "SEARCH_CONDITION_VC",
    f.owner as "R_OWNER", (select i.relname::text from pg_class i where i.oid = c.conindid and c.contype = 'f') as "R_CONSTRAINT_NAME",
    'ENABLED'::text as "STATUS", 'USER NAME'::text as "GENERATED", (select i.relname::text from pg_class i where i.oid = c.conindid) as "INDEX_NAME"
  from pg_constraint c join relations r on r.oid = c.conrelid left join relations f on f.oid = c.confrelid
  union all
  select owner, 'SYS_C' || oid::text || '_' || attnum::text, 'C', relation, '"' || name || '" IS NOT NULL', '"' || name || '" IS NOT NULL',
    null, null, 'ENABLED', 'GENERATED NAME', null
  from columns_of where attnotnull;

create view "ALL_CONS_COLUMNS" as
  select r.owner as "OWNER", c.conname::text as "CONSTRAINT_NAME", r.name as "TABLE_NAME", a.attname::text as "COLUMN_NAME", k.position::numeric as "POSITION"
  from pg_constraint c join relations r on r.oid = c.conrelid cross join lateral unnest(c.conkey) with ordinality k(attnum, position)
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.attnum
  union all
  select owner, 'SYS_C' || oid::text || '_' || attnum::text, relation, name, null from columns_of where attnotnull;

create view "ALL_INDEXES" as
  select r.owner as "OWNER", i.relname::text as "INDEX_NAME", 'NORMAL'::text as "INDEX_TYPE", r.owner as "TABLE_OWNER", r.name as "TABLE_NAME",
    case when x.indisunique then 'UNIQUE' else 'NONUNIQUE' end as "UNIQUENESS"
  from pg_index x join relations r on r.oid = x.indrelid join pg_class i on i.oid = x.indexrelid;
create view "ALL_IND_COLUMNS" as
  select r.owner as "INDEX_OWNER", i.relname::text as "INDEX_NAME", r.owner as "TABLE_OWNER", r.name as "TABLE_NAME", a.attname::text as "COLUMN_NAME", k.position::numeric as "COLUMN_POSITION"
  from pg_index x join relations r on r.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
  cross join lateral unnest(x.indkey::int[]) with ordinality k(attnum, position)
  join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum;

create view "ALL_TRIGGERS" as
  select r.owner as "OWNER", t.tgname::text as "TRIGGER_NAME", r.owner as "TABLE_OWNER", r.name as "TABLE_NAME" from pg_trigger t join relations r on r.oid = t.tgrelid where not t.tgisinternal;
create view "ALL_DEPENDENCIES" as
  select distinct v.owner as "OWNER", v.name as "NAME", r.owner as "REFERENCED_OWNER", r.name as "REFERENCED_NAME"
  from pg_depend d join pg_rewrite w on w.oid = d.objid and d.classid = 'pg_rewrite'::regclass join relations v on v.oid = w.ev_class
  join relations r on r.oid = d.refobjid and d.refclassid = 'pg_class'::regclass where r.oid <> v.oid;
create view "ALL_TAB_COMMENTS" as
  select owner as "OWNER", name as "TABLE_NAME", obj_description(oid) as "COMMENTS" from relations where relkind in ('r', 'v', 'p');
create view "ALL_USERS" as
  select nspname::text as "USERNAME", 'N'::text as "ORACLE_MAINTAINED" from pg_namespace where nspname !~ '^(pg_|DBMS)' and nspname not in ('SYS', 'public', 'information_schema');
create view "SESSION_PRIVS" as
  select p::text as "PRIVILEGE" from unnest(string_to_array(current_setting('oracle.privileges'), ',')) p;
create view "PRODUCT_COMPONENT_VERSION" as
  select 'Oracle Database (protocol double)'::text as "PRODUCT", '19.0.0.0.0'::text as "VERSION", '19.0.0.0.0'::text as "VERSION_FULL";
create view "NLS_DATABASE_PARAMETERS" as
  select * from (values ('NLS_CHARACTERSET', 'AL32UTF8'), ('NLS_NCHAR_CHARACTERSET', 'AL16UTF16')) v ("PARAMETER", "VALUE");
create view "V$PARAMETER" as select * from (values ('max_string_size', 'STANDARD')) v ("NAME", "VALUE");
create view "V$SESSION" as
  select pid::numeric as "SID", 1::numeric as "SERIAL#", current_setting('oracle.user') as "USERNAME", application_name::text as "MODULE"
  from pg_stat_activity where datname = current_database() and application_name <> 'oracle double';
create view "USER_TABLES" as select * from "ALL_TABLES" where "OWNER" = sys_context('USERENV', 'SESSION_USER');
create view "USER_OBJECTS" as select * from "ALL_OBJECTS" where "OWNER" = sys_context('USERENV', 'SESSION_USER');
create view "USER_TAB_COLUMNS" as select * from "ALL_TAB_COLUMNS" where "OWNER" = sys_context('USERENV', 'SESSION_USER');
`;
