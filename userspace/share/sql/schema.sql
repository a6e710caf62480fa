-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- What scans of many hosts found, in PostgreSQL 15 or later. Run it as the owner of the database, again after an
-- update: psql -v ON_ERROR_STOP=1 --single-transaction -f schema.sql DATABASE
--
-- A collector needs no right but to add lines and to have them taken:
--	embargo scan --json / | sed 's/\\/\\\\/g; s/^/BATCH\t/' | psql DATABASE -c 'copy embargo.incoming (batch, line) from stdin'
--	psql DATABASE -c "select * from embargo.take('BATCH')"
-- BATCH is any word that no other scan waiting there has. Whoever may add lines may speak for any host.
-- Taking a scan twice, or an older one after a newer one, changes nothing.
create schema if not exists embargo;

create table if not exists embargo.schema_version (
	version int primary key,
	since timestamptz not null default now());
do $$
begin
	if exists (select from embargo.schema_version where version > 1) then
		raise exception 'the schema is of a newer embargo';
	end if;
end $$;
insert into embargo.schema_version (version) values (1) on conflict do nothing;

-- Lines of `embargo scan --json`, until they are taken.
create table if not exists embargo.incoming (
	number bigint generated always as identity primary key,
	batch text not null,
	at timestamptz not null default now(),
	line text not null);
create index if not exists incoming_batch on embargo.incoming (batch);

create table if not exists embargo.host (
	host_id int generated always as identity primary key,
	machine_id text not null unique,
	name text,
	kernel text,
	embargo text,
	mode text, -- null: nothing in force
	policies jsonb,
	first_seen timestamptz not null,
	last_seen timestamptz not null, -- the beginning of the newest scan
	last_complete timestamptz); -- of the newest that was complete, and of the whole host

create table if not exists embargo.rule (
	rule_id int generated always as identity primary key,
	key uuid not null unique, -- of all that follows
	line text, name text, kind text, reason text, authority text, source text);

create table if not exists embargo.finding (
	host_id int not null references embargo.host on delete cascade,
	key uuid not null, -- of its place and its rule
	rule_id int not null references embargo.rule,
	kind text not null,
	verdict text,
	path text,
	member text,
	container text,
	format text,
	size bigint,
	sha256 text,
	package text,
	package_version text,
	vendor text,
	signer text,
	unit text,
	active bool not null,
	first_seen timestamptz not null,
	last_seen timestamptz not null,
	gone timestamptz, -- the first scan that looked there and did not find it
	primary key (host_id, key)) partition by hash (host_id);
do $$
begin
	for i in 0..15 loop
		execute format('create table if not exists embargo.finding_%s partition of embargo.finding '
			'for values with (modulus 16, remainder %s)', i, i);
	end loop;
end $$;
create index if not exists finding_open on embargo.finding (rule_id) where gone is null;
create index if not exists finding_sha256 on embargo.finding (sha256);

-- Was the place of this finding looked at by a scan of these paths, with these options?
create or replace function embargo.looked_at(scan jsonb, kind text, path text, container text) returns bool
language sql immutable set search_path = pg_catalog as $$
	select case
		when kind in ('process', 'library', 'module', 'unit', 'cron', 'package')
			then coalesce((scan->>'present')::bool, false)
		when kind = 'member' and not coalesce((scan->>'archives')::bool, false) then false
		when container is not null then scan->'paths' ? '/'
		else exists (select from jsonb_array_elements_text(scan->'paths') as p(p)
			where p = '/' or path = p or starts_with(path, p || '/'))
	end
$$;

-- Take a batch: one scan of one host. What it says of that host replaces what was said before.
create or replace function embargo.take(which text, out findings bigint, out gone bigint, out taken bool)
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
	scan jsonb;
	summary jsonb;
	this_host int;
	began timestamptz;
	newest timestamptz;
begin
	-- Besides "on commit drop": two batches may be taken in one transaction.
	drop table if exists pg_temp.taken_lines;
	create temporary table taken_lines on commit drop as
		select number, line::jsonb as line from embargo.incoming where batch = which;
	select line into scan from pg_temp.taken_lines where line->>'type' = 'scan' order by number limit 1;
	select line into summary from pg_temp.taken_lines where line->>'type' = 'summary' order by number desc limit 1;
	if scan is null or (select count(*) from pg_temp.taken_lines where line->>'type' = 'scan') > 1 then
		raise exception 'batch % is not one scan', which;
	end if;
	if coalesce(scan->>'machine_id', '') = '' then
		raise exception 'batch % does not say which host it is of', which;
	end if;
	began := (scan->>'time')::timestamptz;
	findings := 0; gone := 0; taken := false;

	insert into embargo.host (machine_id, first_seen, last_seen) values (scan->>'machine_id', began, '-infinity')
		on conflict (machine_id) do nothing;
	-- Scans of one host are taken one after the other.
	select host_id, last_seen into this_host, newest from embargo.host
		where machine_id = scan->>'machine_id' for update;
	if began > newest then
		taken := true;
		update embargo.host set name = scan->>'host', kernel = scan->>'kernel', embargo = scan->>'embargo',
			mode = scan->>'mode', policies = scan->'policies', last_seen = began,
			last_complete = case when coalesce((summary->>'complete')::bool, false) and scan->'paths' ? '/'
				then began else last_complete end
			where host_id = this_host;
		drop table if exists pg_temp.taken_findings;
		create temporary table taken_findings on commit drop as
			select distinct on (key) * from (
				select line, number, md5(jsonb_build_array(line->'rule', line->'rule_name', line->'rule_kind',
					line->'reason', line->'authority', line->'source')::text)::uuid as rule_key,
				md5(jsonb_build_array(line->'kind', line->'path', line->'member', line->'container',
					line->'sha256', line->'unit', line->'package', line->'rule')::text)::uuid as key
				from pg_temp.taken_lines where line->>'type' = 'finding') as f order by key, number;
		insert into embargo.rule (key, line, name, kind, reason, authority, source)
			select distinct on (rule_key) rule_key, line->>'rule', line->>'rule_name', line->>'rule_kind',
				line->>'reason', line->>'authority', line->>'source' from pg_temp.taken_findings
			order by rule_key on conflict (key) do nothing;
		insert into embargo.finding (host_id, key, rule_id, kind, verdict, path, member, container, format, size,
			sha256, package, package_version, vendor, signer, unit, active, first_seen, last_seen)
			select this_host, f.key, r.rule_id, f.line->>'kind', f.line->>'verdict', f.line->>'path', f.line->>'member',
				f.line->>'container', f.line->>'format', (f.line->>'size')::bigint, f.line->>'sha256',
				f.line->>'package', f.line->>'package_version', f.line->>'vendor', f.line->>'signer', f.line->>'unit',
				coalesce((f.line->>'active')::bool, false), began, began
			from pg_temp.taken_findings f join embargo.rule r on r.key = f.rule_key
			on conflict (host_id, key) do update set rule_id = excluded.rule_id, verdict = excluded.verdict,
				active = excluded.active, last_seen = excluded.last_seen, gone = null;
		get diagnostics findings = row_count;
		-- What was interrupted says nothing of what it did not reach.
		if coalesce((summary->>'complete')::bool, false) then
			update embargo.finding f set gone = began where f.host_id = this_host and f.gone is null
				and f.last_seen < began and embargo.looked_at(scan, f.kind, f.path, f.container);
			get diagnostics gone = row_count;
		end if;
	end if;
	delete from embargo.incoming where batch = which;
end $$;
revoke execute on function embargo.take(text) from public;

-- Day 30: which hosts were looked at as a whole, and which have not been heard of for a week?
create or replace view embargo.day_30 as
	select count(*) as hosts, count(last_complete) as scanned, count(*) - count(last_complete) as not_scanned,
		count(*) filter (where last_seen < now() - interval '7 days') as not_seen from embargo.host;
-- Day 60: what is there to remove, and on how many hosts?
create or replace view embargo.day_60 as
	select r.name, r.line as rule, r.authority, f.kind, count(*) as findings, count(distinct f.host_id) as hosts,
		count(*) filter (where f.active) as active
	from embargo.finding f join embargo.rule r using (rule_id) where f.gone is null group by r.rule_id, f.kind;
-- Day 90: which hosts have nothing left, and which are not protected? Only a complete scan proves the first.
create or replace view embargo.day_90 as
	select h.name, h.machine_id, h.mode, h.policies, h.last_seen, h.last_complete, count(f.key) as open,
		count(f.key) = 0 and h.last_complete is not null as clean, h.mode is distinct from 'enforce' as not_enforcing
	from embargo.host h left join embargo.finding f on f.host_id = h.host_id and f.gone is null group by h.host_id;
-- What is open at the end of each day on which that changed, in UTC.
create or replace view embargo.burn_down as
	select day, sum(sum(found)) over (order by day) - sum(sum(removed)) over (order by day) as open,
		sum(found) as found, sum(removed) as removed from (
		select (first_seen at time zone 'UTC')::date as day, 1 as found, 0 as removed from embargo.finding
		union all select (gone at time zone 'UTC')::date, 0, 1 from embargo.finding where gone is not null) as changes
	group by day;

-- Roles are of the whole cluster.
do $$
begin
	if not exists (select from pg_roles where rolname = 'embargo_collector') then
		create role embargo_collector nologin;
	end if;
	if not exists (select from pg_roles where rolname = 'embargo_auditor') then
		create role embargo_auditor nologin;
	end if;
end $$;
grant usage on schema embargo to embargo_collector, embargo_auditor;
grant insert (batch, line) on embargo.incoming to embargo_collector;
grant execute on function embargo.take(text) to embargo_collector;
grant select on embargo.host, embargo.rule, embargo.finding, embargo.schema_version, embargo.day_30, embargo.day_60,
	embargo.day_90, embargo.burn_down to embargo_auditor;
