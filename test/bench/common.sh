# shellcheck shell=bash disable=SC2034
#
# Sourced by the benches: a server of their own, clients, and how figures are told.
#
# Settings of all benches, from the environment:
# BENCH_ROUNDS    rounds of each comparison
# BENCH_SECONDS   seconds of a round, where it has a length
# BENCH_KEEP      not empty: the cluster stays, script/cluster stops it
# BENCH_FIGURES   a file to which each figure is added, as a line of tabs: see report()
# BENCH_SEED      of the marketplace that market.sql makes (1)
# BENCH_BUILT     not empty: the private PostgreSQL is there already

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
"$bench/../../script/packages"
source "$bench/../../script/common.sh"
use_major

export PG_MAJOR=$major PRELOAD=jobs
checkout=$root
body=$(printf 'We can do that by the end of the week. %.0s' 1 2 3 4 5 6 | head -c 200)

cluster()
{
	"$checkout/script/cluster" "$1"
}

finish()
{
	[ -n "${BENCH_KEEP:-}" ] || cluster remove || true
}

# From here on, everything happens in a place of this name.
use_place()
{
	export JOBS_WORK=$1
	use_major
	scratch=$work/scratch
}

# Settings of the server, each as `name = value`.
configure()
{
	local setting

	for setting in "$@"; do
		sql -d postgres -c "ALTER SYSTEM SET ${setting%% =*} = '${setting#*= }'"
	done
	cluster restart
}

# PostgreSQL with the library. Packages that came since it was copied make the copy stale.
build_server()
{
	if [ "/usr/share/postgresql/$major/extension" -nt "$pg/share/postgresql/$major/extension" ]; then
		as_server rm -rf "$pg"
	fi
	"$checkout/script/private-postgres"
}

# An empty server, which runs nothing by itself that would come to one variant or another by chance.
start_server()
{
	[ -n "${BENCH_BUILT:-}" ] || build_server
	cluster remove
	as_server rm -rf "$scratch"
	as_server mkdir -p "$scratch"
	cluster start
	eval "$(cluster env)"
	configure "autovacuum = off" "checkpoint_timeout = 1d" "full_page_writes = off" "max_wal_size = 16GB" \
		"shared_buffers = 512MB" "$@"
	sql -d postgres -c "CREATE ROLE bench_owner"
}

# A bench with one server: it is gone when the bench ends, however that is.
start_bench()
{
	use_place "$work/bench"
	trap finish EXIT
	trap 'exit 1' INT TERM
	start_server "$@"
}

sql()
{
	as_server "$pg/bin/psql" -h "$PGHOST" -p "$PGPORT" -U postgres -X -q -At -v ON_ERROR_STOP=1 "$@"
}

create_database()
{
	sql -d postgres -c "CREATE DATABASE $1"
	sql -d "$1" -c "CREATE EXTENSION jobs" -c "SELECT jobs.install('bench_owner')" >/dev/null
}

# What it says is in $scratch/output.
run_pgbench()
{
	as_server "$pg/bin/pgbench" -h "$PGHOST" -p "$PGPORT" -n -D "body=$body" "$@" >"$scratch/output" 2>&1 ||
		{ cat "$scratch/output" >&2; die "pgbench failed"; }
}

# Scripts of pgbench/, each behind the one that draws its job.
use_scripts()
{
	local draw=$1 name
	shift

	for name in "$@"; do
		cat "$bench/pgbench/$draw.sql" "$bench/pgbench/$name.sql" >"$scratch/$name.sql"
	done
}

# The first statement of a script of pgbench/.
first_statement()
{
	sed '/;$/q' "$bench/pgbench/$1.sql"
}

# Scripts that run mixed in the same sessions: the median latencies in microseconds, in their order.
# The mean would measure the machine's other work, too.
mixed_latencies()
{
	as_server rm -f "$scratch"/log.*
	run_pgbench -l --log-prefix="$scratch/log" "$@"
	cat "$scratch"/log.* | sort -k 4,4n -k 3,3n | awk '
		{ value[$4, ++count[$4]] = $3; last = $4 }
		END { for (i = 0; i <= last; i++) printf "%s ", value[i, int((count[i] + 1) / 2)]; print "" }'
}

postmaster()
{
	as_server head -n 1 "$work/data$major/postmaster.pid"
}

# CPU time of a process, or (children) of those of its children that have ended, in microseconds.
process_time()
{
	local stat

	stat=$(<"/proc/$1/stat")
	awk -v whose="$2" -v rate="$(getconf CLK_TCK)" '
		{ printf "%d\n", (whose == "own" ? $12 + $13 : $14 + $15) * 1000000 / rate }' <<<"${stat##*) }"
}

# Does one of the server's backends work, or end? One that ends has lost its words before it is a zombie,
# and its memory takes a while to be given back.
has_backends()
{
	local pid words

	for pid in $(pgrep -P "$1"); do
		words=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || continue
		if [ -z "$words" ] || [[ $words =~ ^postgres:\ [a-z_]+\ bench ]]; then
			return 0
		fi
	done
	return 1
}

# CPU time of all backends that have ended, once the last one has and the postmaster has taken notice,
# in microseconds.
ended_time()
{
	local server

	server=$(postmaster)
	while has_backends "$server"; do
		sleep 0.05
	done
	process_time "$server" children
}

# What takes turns, in the order of this round.
in_turns()
{
	local round=$1
	shift

	if [ $((round % 2)) -eq 0 ]; then
		echo "$@"
	else
		printf '%s\n' "$@" | tac | paste -sd ' '
	fi
}

# The median of the lines, with a share of 0.5, or what stands at another share of them.
quantile()
{
	sort -n | awk -v share="$1" '{ value[NR] = $1 } END { print value[int(share * (NR - 1) + 1.5)] }'
}

heading()
{
	printf '%-62s %7s   %-16s %-8s %s\n' "$1" ratio quartiles bar "ours and other"
}

# One figure: the median over rounds, with the quartiles. Each round is a line of ours and the
# other's, and the ratio is that of ours/other or of other/ours; where a line has one number, it is
# judged itself. The bar is `>= N`, `<= N`, or nothing. The line of BENCH_FIGURES has what, ours,
# other, unit, ratio, first and third quartile, bar, and whether it holds.
report()
{
	local what=$1 unit=$2 direction=$3 bar=${4:-}

	awk -v direction="$direction" '
		{ print NF == 1 ? $1 : direction == "ours/other" ? $1 / $2 : $2 / $1, $0 }' |
		sort -n | awk -v what="$what" -v unit="$unit" -v bar="$bar" -v figures="${BENCH_FIGURES:-/dev/null}" '
		function at(share) { return int(share * (NR - 1) + 1.5) }
		function short(n) { return sprintf(n >= 100 ? "%.0f" : n >= 10 ? "%.1f" : n >= 1 ? "%.2f" : "%.3f", n) }
		{ judged[NR] = $1; ours[NR] = $2; other[NR] = $3; is_ratio = NF == 3 }
		END {
			if (NR == 0)
				exit 1
			split(bar, b, " ")
			holds = bar == "" ? "" : (b[1] == ">=" ? judged[at(0.5)] >= b[2] : judged[at(0.5)] <= b[2]) ? "holds" : "falls short"
			ratio = is_ratio ? sprintf(judged[at(0.5)] < 0.1 ? "%.3f" : "%.2f", judged[at(0.5)]) : "-"
			printf "%-62s %7s   %-16s %-8s %s %s\n", what, ratio, short(judged[at(0.25)]) " to " short(judged[at(0.75)]), bar,
				short(ours[at(0.5)]) (is_ratio ? " and " short(other[at(0.5)]) : ""), unit
			printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", what, short(ours[at(0.5)]), is_ratio ? short(other[at(0.5)]) : "-",
				unit, ratio, short(judged[at(0.25)]), short(judged[at(0.75)]), bar, holds >>figures
		}'
}

# Variables of a marketplace of so many jobs, the last $2 of them overdue, as psql and pgbench take them.
market_variables()
{
	echo "jobs=$1 due=${2:-0} organizations=$(($1 / 100)) merchants=$(($1 / 20)) seed=${BENCH_SEED:-1}"
}

# Megabytes that hold a marketplace of so many jobs, and its copy, as far as the machine has them.
buffers_for()
{
	awk -v jobs="$1" '/^MemTotal/ { most = int($2 / 2048); print 512 + jobs / 200 < most ? 512 + int(jobs / 200) : most }' /proc/meminfo
}

# A marketplace in a database of its own: see market.sql.
load_market()
{
	local database=$1 variable
	local options=()
	shift

	for variable in $(market_variables "$@"); do
		options+=(-v "$variable")
	done
	sql -d "$database" "${options[@]}" -f - <"$bench/market.sql" >/dev/null
}

# The database `bench`, as the database bench_from$1 was loaded, all of it in the cache.
renew()
{
	sql -d postgres -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS bench" -c "CREATE DATABASE bench TEMPLATE bench_from$1 STRATEGY file_copy" -c CHECKPOINT
	sql -d bench -c "CREATE EXTENSION pg_prewarm" -c "SELECT sum(pg_prewarm(oid)) FROM pg_class
		WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('jobs', 'bare')) AND relkind IN ('r', 'i')" >/dev/null
}

# Variables of a marketplace as options of pgbench.
pgbench_variables()
{
	local variable

	for variable in $(market_variables "$@"); do
		echo "-D $variable"
	done
}

# The 99th percentile of the latency of a pair of replies, in microseconds; options of pgbench.
slowest_replies()
{
	as_server rm -f "$scratch"/log.*
	run_pgbench -U bench_app -M prepared "$@" -l --log-prefix="$scratch/log" -f "$scratch/ours.sql" bench
	cat "$scratch"/log.* | awk '{ print $3 }' | quantile 0.99
}

# That while a statement runs, which commits as it goes on, and without it.
replies_beside()
{
	local statement=$1 pid with without
	shift

	slowest_replies "$@" >/dev/null
	without=$(slowest_replies "$@")
	sql -d bench -c "$statement" 2>/dev/null &
	pid=$!
	sleep 0.2
	with=$(slowest_replies "$@")
	echo "$with $without"
	kill -0 $pid 2>/dev/null || echo "$statement ended before the replies did: set BENCH_SECONDS" >&2
	sql -d bench -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '$statement'" >/dev/null
	wait $pid 2>/dev/null || true
}
