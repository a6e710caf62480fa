/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The protocol of bpf/README, for spin: one who writes twice, one who hashes and keeps, one who answers from what is
 * kept, one who asks for the stamp as stat() does; each step of theirs (W1 to W4, H1 to H6, A0 to A3) between any two of
 * the others'. The content is two halves, so that it can be read half written.
 *
 * Ways to get it wrong, which must be found: -DASKED_AFTER keeps a hash if the stamp had been asked for at H4 alone;
 * -DWRITERS_FIRST looks at the writers before the stamp; -DENTRY_LAST reads what is kept after the stamp.
 */
byte version, writers;
byte late; /* calls under way that write first and count later */
bit asked;
byte low, high;
bit kept;
byte kept_version, kept_low, kept_high;

/* W2: only what was asked for since the last change is counted. */
inline count_change()
{
	atomic {
		if
		:: asked -> version++; asked = 0
		:: else
		fi
	}
}

proctype writer()
{
	byte value = 0;

	do
	:: value < 2 ->
		value++;
		writers++; /* W1 */
		if
		:: true -> count_change(); low = value; high = value
		:: atomic { late++; low = value } /* W3 before W2: fallocate on tmpfs */
		   high = value; count_change(); late--
		fi;
		writers-- /* W4 */
	:: else -> break
	od
}

inline look(a_version, an_asked, is_free)
{
#ifdef WRITERS_FIRST
	is_free = (writers == 0);
	atomic { a_version = version; an_asked = asked }
#else
	atomic { a_version = version; an_asked = asked }
	is_free = (writers == 0)
#endif
}

proctype hasher()
{
	byte round, version1, version4, hash_low, hash_high;
	bit asked1, asked4, free2, free5;

	do
	:: round < 2 ->
		round++;
		look(version1, asked1, free2);	/* H1, H2 */
		asked = 1;			/* H3 */
		hash_low = low;
		hash_high = high;
		look(version4, asked4, free5);	/* H4, H5 */
		atomic {			/* H6 */
			if
#ifdef ASKED_AFTER
			:: free2 && free5 && version1 == version4 && asked4 ->
#else
			:: free2 && free5 && version1 == version4 && asked1 && asked4 ->
#endif
				kept = 1;
				kept_version = version4;
				kept_low = hash_low;
				kept_high = hash_high
			:: else
			fi
		}
	:: else -> break
	od
}

inline take_entry()
{
	atomic {
		kept0 = kept;
		version0 = kept_version;
		low0 = kept_low;
		high0 = kept_high
	}
}

/*
 * What is answered is what the file holds at A1, or a call that writes first and counts later is under way then: it is
 * as if it came after.
 */
proctype asker()
{
	byte now_version, now_low, now_high, now_late, version0, low0, high0;
	bit free, kept0;

#ifndef ENTRY_LAST
	take_entry(); /* A0: what is stored later is not looked at */
#endif
	atomic { /* A1 */
		now_version = version;
		now_low = low;
		now_high = high;
		now_late = late
	}
	free = (writers == 0); /* A2 */
#ifdef ENTRY_LAST
	take_entry();
#endif
	if /* A3 */
	:: kept0 && free && now_version == version0 -> assert(now_late || (low0 == now_low && high0 == now_high))
	:: else
	fi
}

proctype other()
{
	asked = 1
}

init {
	atomic { run writer(); run hasher(); run asker(); run other() }
}
