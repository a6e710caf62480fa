-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- What scans and events of many hosts say, in PostgreSQL 15 or later. Run it as the owner of the database, again after
-- an update: embargo report --to postgresql://…/DATABASE --init-db, which has it in itself, or
-- psql -v ON_ERROR_STOP=1 --single-transaction -f schema.sql DATABASE
--
-- embargo report --to and --from write and read it. By hand:
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
	if exists (select from embargo.schema_version where version > 2) then
		raise exception 'the schema is of a newer embargo';
	end if;
end $$;
insert into embargo.schema_version (version) values (2) on conflict do nothing;

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
-- Version 2: the newest scan's first and last line and its troubles, as they were, for the page; its boot, for events.
alter table embargo.host add column if not exists scan jsonb, add column if not exists summary jsonb,
	add column if not exists troubles jsonb, add column if not exists boot_id text;
create index if not exists host_boot on embargo.host (boot_id);
create index if not exists host_name on embargo.host (name);

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
-- Version 2: what the columns do not say.
alter table embargo.finding add column if not exists more jsonb;
alter table embargo.rule add column if not exists more jsonb;
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

-- What of a finding is of its rule, and of neither a column there nor null. Without a search path of their own these two
-- become part of the statement that asks, which is several times faster; take() has one.
create or replace function embargo.rule_more(line jsonb) returns jsonb
language sql immutable as $$
	select nullif(jsonb_strip_nulls(jsonb_build_object('scope', line->'scope', 'effective', line->'effective', 'cpe', line->'cpe',
		'policy_file', line->'policy_file', 'policy_line', line->'policy_line')), '{}')
$$;
create or replace function embargo.finding_more(line jsonb) returns jsonb
language sql immutable as $$
	select nullif(jsonb_strip_nulls(line) - array['type', 'kind', 'verdict', 'path', 'member', 'container', 'format', 'size',
		'sha256', 'package', 'package_version', 'vendor', 'signer', 'unit', 'active', 'rule', 'rule_name', 'rule_kind',
		'reason', 'authority', 'source', 'scope', 'effective', 'cpe', 'policy_file', 'policy_line'], '{}')
$$;

-- Take a batch: one scan of one host. What it says of that host replaces what was said before.
create or replace function embargo.take(which text, out findings bigint, out gone bigint, out taken bool)
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
#variable_conflict use_variable
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
			boot_id = scan->>'boot_id', scan = scan, summary = summary, troubles = (
				select jsonb_agg(line order by number) from (select line, number from pg_temp.taken_lines
					where line->>'type' = 'trouble' order by number limit 1000) as t),
			last_complete = case when coalesce((summary->>'complete')::bool, false) and scan->'paths' ? '/'
				then began else last_complete end
			where host_id = this_host;
		drop table if exists pg_temp.taken_findings;
		create temporary table taken_findings on commit drop as
			select distinct on (key) * from (
				select line, number, md5(jsonb_build_array(line->'rule', line->'rule_name', line->'rule_kind',
					line->'reason', line->'authority', line->'source', embargo.rule_more(line))::text)::uuid as rule_key,
				md5(jsonb_build_array(line->'kind', line->'path', line->'member', line->'container',
					line->'sha256', line->'unit', line->'package', line->'rule')::text)::uuid as key
				from pg_temp.taken_lines where line->>'type' = 'finding') as f order by key, number;
		insert into embargo.rule (key, line, name, kind, reason, authority, source, more)
			select distinct on (rule_key) rule_key, line->>'rule', line->>'rule_name', line->>'rule_kind',
				line->>'reason', line->>'authority', line->>'source', embargo.rule_more(line) from pg_temp.taken_findings
			order by rule_key on conflict (key) do nothing;
		insert into embargo.finding (host_id, key, rule_id, kind, verdict, path, member, container, format, size,
			sha256, package, package_version, vendor, signer, unit, active, first_seen, last_seen, more)
			select this_host, f.key, r.rule_id, f.line->>'kind', f.line->>'verdict', f.line->>'path', f.line->>'member',
				f.line->>'container', f.line->>'format', (f.line->>'size')::bigint, f.line->>'sha256',
				f.line->>'package', f.line->>'package_version', f.line->>'vendor', f.line->>'signer', f.line->>'unit',
				coalesce((f.line->>'active')::bool, false), began, began, embargo.finding_more(f.line)
			from pg_temp.taken_findings f join embargo.rule r on r.key = f.rule_key
			on conflict (host_id, key) do update set rule_id = excluded.rule_id, verdict = excluded.verdict,
				active = excluded.active, last_seen = excluded.last_seen, more = excluded.more, gone = null;
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

-- Events, as `events --json` and `syslog = cee` have them, by the day. Whoever may add one may speak for any host.
create table if not exists embargo.event (
	time timestamptz not null,
	key uuid not null, -- of what makes two lines one event
	boot_id text,
	host text,
	verdict text,
	hook text,
	rule text,
	rule_name text,
	path text,
	sha256 text,
	count bigint not null, -- one line can sum up many
	line jsonb not null) partition by range (time);
create unique index if not exists event_key on embargo.event (key, time);
create index if not exists event_rule on embargo.event (rule, time);
-- What is put in here goes there; the table stays empty. Its columns are what rsyslog's ompgsql fills.
create table if not exists embargo.incoming_event (line text not null);
create table if not exists embargo.rejected_event (at timestamptz not null default now(), why text, line text);

-- The partition of a day, in UTC. Two sessions may want it at once.
create or replace function embargo.event_day(day date) returns void
language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
	name text := 'event_' || to_char(day, 'YYYYMMDD');
begin
	if to_regclass('embargo.' || name) is not null then
		return;
	end if;
	perform pg_advisory_xact_lock(hashtext('embargo.event_day'));
	execute format('create table if not exists embargo.%I partition of embargo.event for values from (%L) to (%L)',
		name, day || ' 00:00:00+00', day + 1 || ' 00:00:00+00');
end $$;

create or replace function embargo.take_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
	event jsonb;
	at timestamptz;
begin
	begin
		event := regexp_replace(new.line, '^\s*@cee:\s*', '')::jsonb;
		at := (event->>'time')::timestamptz;
	exception when others then
		insert into embargo.rejected_event (why, line) values (sqlerrm, left(new.line, 10000));
		return null;
	end;
	if at is null or event->>'verdict' is null then
		insert into embargo.rejected_event (why, line) values ('not an event', left(new.line, 10000));
	-- A clock that is wrong, or a host that lies, must not make partitions of all days there are.
	elsif at < now() - interval '400 days' or at > now() + interval '2 days' then
		insert into embargo.rejected_event (why, line) values ('of another time', left(new.line, 10000));
	else
		perform embargo.event_day((at at time zone 'UTC')::date);
		insert into embargo.event (time, key, boot_id, host, verdict, hook, rule, rule_name, path, sha256, count, line)
			values (at, md5(jsonb_build_array(event->'boot_id', event->'host', event->'time_ns', event->'time', event->'hook',
				event->'pid', event->'verdict', event->'rule', event->'path', event->'repeated')::text)::uuid,
				event->>'boot_id', event->>'host', event->>'verdict', event->>'hook', event->>'rule',
				event->>'rule_name', event->>'path', event->>'sha256',
				greatest(coalesce((event->>'repeated')::bigint, 1), 1), jsonb_strip_nulls(event))
			on conflict do nothing;
	end if;
	return null;
end $$;
revoke execute on function embargo.take_event(), embargo.event_day(date) from public;
create or replace trigger take_event before insert on embargo.incoming_event
	for each row execute function embargo.take_event();

-- Retention: events of whole days by their partitions, findings that are gone, lines that nobody took.
create or replace function embargo.purge(before date, out days bigint, out findings bigint)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
	name text;
begin
	days := 0;
	for name in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'embargo.event'::regclass and c.relname ~ '^event_[0-9]{8}$'
			and to_date(right(c.relname, 8), 'YYYYMMDD') < before loop
		execute format('drop table embargo.%I', name);
		days := days + 1;
	end loop;
	delete from embargo.finding where gone < before::timestamp at time zone 'UTC';
	get diagnostics findings = row_count;
	delete from embargo.incoming where at < before::timestamp at time zone 'UTC';
	delete from embargo.rejected_event where at < before::timestamp at time zone 'UTC';
end $$;
revoke execute on function embargo.purge(date) from public;

-- All of a host, as lines of JSON that `embargo report` reads; --from asks for them host by host.
create or replace view embargo.host_line as
	select h.host_id, 0 as part, jsonb_build_object('type', 'scan', 'schema', 1, 'host', h.name, 'machine_id', h.machine_id,
		'time', to_char(max(f.last_seen) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'kernel', h.kernel, 'mode', h.mode,
		'paths', jsonb_build_array('/'), 'present', true, 'archives', true, 'all_filesystems', true, 'network', true) as line
	from embargo.host h join embargo.finding f on f.host_id = h.host_id and f.gone is null and f.last_seen < h.last_seen
	group by h.host_id
	union all select h.host_id, case when f.last_seen < h.last_seen then 1 else 4 end,
		jsonb_build_object('type', 'finding', 'kind', f.kind, 'verdict', f.verdict, 'path', f.path, 'member', f.member,
			'container', f.container, 'format', f.format, 'size', f.size, 'sha256', f.sha256, 'package', f.package,
			'package_version', f.package_version, 'vendor', f.vendor, 'signer', f.signer, 'unit', f.unit,
			'active', f.active, 'rule', r.line, 'rule_name', r.name, 'rule_kind', r.kind, 'reason', r.reason,
			'authority', r.authority, 'source', r.source) || coalesce(r.more, '{}') || coalesce(f.more, '{}')
	from embargo.host h join embargo.finding f on f.host_id = h.host_id and f.gone is null
		join embargo.rule r using (rule_id)
	union all select h.host_id, 2, '{"type":"summary","complete":true}' from embargo.host h
		where exists (select from embargo.finding f where f.host_id = h.host_id and f.gone is null and f.last_seen < h.last_seen)
	union all select h.host_id, 3, coalesce(h.scan, jsonb_build_object('type', 'scan', 'schema', 1, 'host', h.name,
		'machine_id', h.machine_id, 'time', to_char(h.last_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'kernel', h.kernel, 'mode', h.mode, 'paths', jsonb_build_array('/'))) from embargo.host h
	union all select h.host_id, 5, t.line from embargo.host h, jsonb_array_elements(h.troubles) as t(line)
	union all select h.host_id, 6, coalesce(h.summary, '{"type":"summary","complete":false}') from embargo.host h;

-- Day 30: which hosts were looked at as a whole, and which have not been heard of for a week?
create or replace view embargo.day_30 as
	select count(*) as hosts, count(last_complete) as scanned, count(*) - count(last_complete) as not_scanned,
		count(*) filter (where last_seen < now() - interval '7 days') as not_seen from embargo.host;
-- Day 60: what is there to remove, and on how many hosts?
create or replace view embargo.day_60 as
	select r.name, r.line as rule, r.authority, f.kind, count(*) as findings, count(distinct f.host_id) as hosts,
		count(*) filter (where f.active) as active
	from embargo.finding f join embargo.rule r using (rule_id) where f.gone is null group by r.rule_id, f.kind;
-- Which is the newest version of each policy that any host has?
create or replace view embargo.policy_newest as
	select p->>'name' as name, max((p->>'version')::bigint) as version
	from embargo.host, jsonb_array_elements(policies) as p(p)
	where jsonb_typeof(policies) = 'array' and p->>'version' ~ '^[0-9]{1,18}$' and p->>'name' is not null group by 1;
-- Day 90: which hosts have nothing left, and which are not protected? Only a complete scan proves the first.
drop view if exists embargo.day_90;
create view embargo.day_90 as
	select h.name, h.machine_id, h.mode, h.policies, h.last_seen, h.last_complete, count(f.key) as open,
		count(f.key) = 0 and h.last_complete is not null as clean, h.mode is distinct from 'enforce' as not_enforcing,
		exists (select from embargo.policy_newest n, jsonb_array_elements(h.policies) as p(p)
			where p->>'name' = n.name and (p->>'version')::bigint < n.version) as stale
	from embargo.host h left join embargo.finding f on f.host_id = h.host_id and f.gone is null group by h.host_id;
-- What is open at the end of each day on which that changed, in UTC.
create or replace view embargo.burn_down as
	select day, sum(sum(found)) over (order by day) - sum(sum(removed)) over (order by day) as open,
		sum(found) as found, sum(removed) as removed from (
		select (first_seen at time zone 'UTC')::date as day, 1 as found, 0 as removed from embargo.finding
		union all select (gone at time zone 'UTC')::date, 0, 1 from embargo.finding where gone is not null) as changes
	group by day;

-- The same by what it is of: its package, else its vendor, else the rule.
create or replace view embargo.burn_down_product as
	select product, day, sum(sum(found)) over w - sum(sum(removed)) over w as open, sum(found) as found, sum(removed) as removed
	from (select coalesce(f.package, f.vendor, r.name, r.line) as product, (f.first_seen at time zone 'UTC')::date as day,
			1 as found, 0 as removed from embargo.finding f join embargo.rule r using (rule_id)
		union all select coalesce(f.package, f.vendor, r.name, r.line), (f.gone at time zone 'UTC')::date, 0, 1
			from embargo.finding f join embargo.rule r using (rule_id) where f.gone is not null) as changes
	group by product, day window w as (partition by product order by day);
-- The sign to stop a roll-out: what was denied, or would have been, by rule, and by the version of the policies that the
-- host had, which is the ring it is in. The last day counts.
create or replace view embargo.denials as
	select v.versions, e.rule_name, e.rule, e.verdict, sum(e.count) as events, count(distinct e.host) as hosts
	from embargo.event e left join lateral (
		select string_agg((p->>'name') || ' ' || (p->>'version'), ', ' order by p->>'name') as versions
		from embargo.host h, jsonb_array_elements(h.policies) as p(p)
		where h.host_id = (select host_id from embargo.host o where o.name = e.host
			order by (o.boot_id is not distinct from e.boot_id) desc, o.last_seen desc limit 1)) as v on true
	where e.time > now() - interval '1 day' and e.verdict in ('denied', 'would-deny')
	group by v.versions, e.rule_name, e.rule, e.verdict;

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
grant insert (line) on embargo.incoming_event to embargo_collector;
grant execute on function embargo.take(text) to embargo_collector;
grant select on embargo.event, embargo.rejected_event, embargo.host_line, embargo.policy_newest, embargo.burn_down_product,
	embargo.denials to embargo_auditor;
grant select on embargo.host, embargo.rule, embargo.finding, embargo.schema_version, embargo.day_30, embargo.day_60,
	embargo.day_90, embargo.burn_down to embargo_auditor;
