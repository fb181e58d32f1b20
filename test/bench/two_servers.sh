# shellcheck shell=bash disable=SC2034,SC2154
#
# Sourced by benches that compare two builds, each in a server of its own. The bench has
# `variants`, ours first, and `rounds`, and says how one is unpacked, loaded and played:
# unpack VARIANT, load, play SECONDS, which prints a line of figures.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Its sources, as they are here.
unpack_sources()
{
	list_sources | tar -C "$root" --null -T - -cf - | as_server tar -C "$checkout" --no-same-owner -xf -
}

# From here on, commands are about this variant's server.
use()
{
	use_place "$place/$1"
	checkout=$work/checkout
	[ ! -x "$pg/bin/postgres" ] || eval "$(cluster env)"
}

finish()
{
	[ -z "${BENCH_KEEP:-}" ] || return 0
	for variant in "${variants[@]}"; do
		use "$variant"
		cluster remove || true
	done
}

# Builds, starts and loads all variants, in a place of this name; the rest are settings.
start_servers()
{
	local variant

	place=$work/$1
	shift
	# what is unpacked there is no part of this checkout
	export GIT_CEILING_DIRECTORIES=$place
	unset BENCH_BUILT
	as_server rm -rf "$place"
	as_server mkdir -p "$place"
	trap finish EXIT
	trap 'exit 1' INT TERM
	for variant in "${variants[@]}"; do
		use "$variant"
		as_server mkdir -p "$checkout"
		unpack "$variant"
		start_server "$@"
		load
	done
}

# After $1 seconds each to warm up, rounds of $2 seconds. Leaves in $place/rounds a line each, of
# ours and of the other's figures.
play_in_turns()
{
	local round variant

	for variant in "${variants[@]}"; do
		use "$variant"
		play "$1" >/dev/null
	done
	for ((round = 0; round < rounds; round++)); do
		for variant in $(in_turns "$round" "${variants[@]}"); do
			use "$variant"
			play "$2" >"$place/figures.$variant"
		done
		paste -d ' ' "$place/figures.${variants[0]}" "$place/figures.${variants[1]}" >>"$place/rounds"
	done
}
