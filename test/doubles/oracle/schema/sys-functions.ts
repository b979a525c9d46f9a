/**
 * Functions of Oracle in schema SYS, which sessions search before PostgreSQL's own. Only what a connector's statements need; names in lower case, as `foldNames`
 * leaves functions.
 */
export const sysFunctions = String.raw`
create schema "SYS";
create table "SYS"."DUAL" ("DUMMY" varchar(1));
insert into "SYS"."DUAL" values ('X');
set search_path = "SYS", pg_catalog;

-- Oracle reads texts as numbers and dates wherever one is stored
create cast (text as numeric) with inout as assignment;
create cast (varchar as numeric) with inout as assignment;
create cast (text as timestamp) with inout as assignment;
create cast (varchar as timestamp) with inout as assignment;
create cast (text as timestamptz) with inout as assignment;
create cast (text as float8) with inout as assignment;
create cast (text as float4) with inout as assignment;

-- null is the empty text where texts are put together
create function concat_texts(text, text) returns text language sql immutable parallel safe
  as $$ select nullif(coalesce($1, '') operator(pg_catalog.||) coalesce($2, ''), '') $$;
create operator || (leftarg = text, rightarg = text, function = concat_texts);

create function sys_context(text, text) returns text language sql stable as $$
  select case upper($2)
    when 'SESSION_USER' then current_setting('oracle.user')
    when 'CURRENT_USER' then current_setting('oracle.user')
    when 'CURRENT_SCHEMA' then current_setting('oracle.schema')
    when 'SID' then pg_backend_pid()::text
    when 'SESSIONID' then pg_backend_pid()::text
    when 'DB_NAME' then 'ETLCDB'
    when 'CON_NAME' then current_setting('oracle.service')
    when 'SERVICE_NAME' then current_setting('oracle.service')
    when 'MODULE' then current_setting('application_name')
  end $$;

create function oracle_decode(anycompatible, anycompatible, int, int) returns int language sql immutable
  as $$ select case when $1 is not distinct from $2 then $3 else $4 end $$;
create function replace(text, text) returns text language sql immutable as $$ select pg_catalog.replace($1, $2, '') $$;
create function instr(text, text) returns int language sql immutable as $$ select strpos($1, $2) $$;
create function to_number(text) returns numeric language sql immutable as $$ select $1::numeric $$;
create function to_number(numeric) returns numeric language sql immutable as $$ select $1 $$;
create function to_char(text) returns text language sql immutable as $$ select $1 $$;
create function to_char(numeric) returns text language sql immutable
  as $$ select regexp_replace(trim_scale($1)::text, '^(-?)0\.', '\1.') $$;
create function to_char(float8) returns text language sql immutable as $$ select $1::text $$;
create function to_char(timestamp, text) returns text language sql immutable as $$
  select case when $1 is null then null else case when $2 like 'S%' then case when $1 < '0001-01-01' then '-' else ' ' end else '' end
    || pg_catalog.to_char($1, regexp_replace(regexp_replace($2, '^S', ''), 'FF[789]', 'FF6')) end $$;
create function to_char(timestamptz, text) returns text language sql stable as $$ select to_char($1 at time zone 'UTC', $2) $$;
create function to_clob(text) returns text language sql immutable as $$ select $1 $$;
create function to_nclob(text) returns text language sql immutable as $$ select $1 $$;
create function to_blob(bytea) returns bytea language sql immutable as $$ select $1 $$;
create function to_binary_double(text) returns float8 language sql immutable as $$ select $1::float8 $$;
create function to_binary_double(float8) returns float8 language sql immutable as $$ select $1 $$;
create function to_binary_float(text) returns float4 language sql immutable as $$ select $1::float4 $$;
create function hextoraw(text) returns bytea language sql immutable as $$ select pg_catalog.decode($1, 'hex') $$;
create function rawtohex(bytea) returns text language sql immutable as $$ select upper(encode($1, 'hex')) $$;
create function empty_clob() returns text language sql immutable as $$ select ''::text $$;
create function empty_blob() returns bytea language sql immutable as $$ select ''::bytea $$;
create function sys_extract_utc(timestamptz) returns timestamp language sql immutable as $$ select $1 at time zone 'UTC' $$;
create function from_tz(timestamp, text) returns timestamptz language sql immutable as $$ select $1 at time zone 'UTC' $$;
create function numtodsinterval(numeric, text) returns interval language sql immutable
  as $$ select $1::float8 * ('1 ' operator(pg_catalog.||) $2)::interval $$;
create function trunc(timestamp) returns timestamp language sql immutable as $$ select date_trunc('day', $1) $$;

-- formats that spell an ISO time are read by PostgreSQL itself, which is stricter than its own to_timestamp
create function is_iso(text) returns boolean language sql immutable
  as $$ select $1 ~ '^F?X?YYYY-MM-DD( HH24:MI:SS(.FF[0-9]?)?( ?TZH:TZM|TZR)?)?$' $$;
create function read_time(text, text) returns timestamptz language plpgsql immutable as $$
begin
  if $1 is null then return null; end if;
  if is_iso($2) then return $1::timestamptz; end if;
  return pg_catalog.to_timestamp($1, $2);
end $$;
create function to_timestamp(text, text) returns timestamp language sql immutable as $$ select read_time($1, $2) at time zone 'UTC' $$;
create function to_timestamp(text) returns timestamp language sql immutable as $$ select $1::timestamp $$;
create function to_timestamp_tz(text, text) returns timestamptz language sql immutable as $$ select read_time($1, $2) $$;
create function oracle_to_date(text, text) returns timestamp language sql immutable
  as $$ select (read_time($1, $2) at time zone 'UTC')::timestamp(0) $$;

create schema "DBMS_LOB";
create function "DBMS_LOB".compare(text, text) returns int language sql immutable strict
  as $$ select case when $1 = $2 then 0 when $1 < $2 then -1 else 1 end $$;
create function "DBMS_LOB".compare(bytea, bytea) returns int language sql immutable strict
  as $$ select case when $1 = $2 then 0 when $1 < $2 then -1 else 1 end $$;
create function "DBMS_LOB".getlength(text) returns int language sql immutable as $$ select length($1) $$;
create function "DBMS_LOB".getlength(bytea) returns int language sql immutable as $$ select length($1) $$;
create schema "DBMS_SESSION";
create function "DBMS_SESSION".sleep(numeric) returns void language sql volatile as $$ select pg_sleep($1::float8) $$;
`;
