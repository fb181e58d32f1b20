# shellcheck shell=bash disable=SC2034
#
# Sourced by the other scripts: where things are, and as whom they run.
#
# root         the checkout
# work         everything that the scripts make; JOBS_WORK overrides it
# server_user  who runs PostgreSQL, which refuses to be run by root
#
# Set by use_major, after the packages are there:
# major        major version of PostgreSQL; PG_MAJOR overrides it
# pg           the private copy of PostgreSQL

set -euo pipefail

# What an outer make or a user's profile says must not reach our servers.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES PG_CONFIG
unset PGDATA PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE
unset PGSERVICE PGSERVICEFILE PGOPTIONS PGSSLMODE PGAPPNAME PGCLIENTENCODING

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
supported_majors="18 17 16 15"

die()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}

if [ "$(id -u)" -eq 0 ]; then
	server_user=postgres
else
	server_user=$(id -un)
fi

# Runs a command as the user who runs PostgreSQL.
as_server()
{
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid="$server_user" --regid="$(id -gn "$server_user")" --init-groups \
			env HOME="$work" USER="$server_user" LOGNAME="$server_user" "$@"
	else
		"$@"
	fi
}

# The newest installed major version, else the newest that apt knows.
find_major()
{
	local candidate

	for candidate in $supported_majors; do
		if [ -x "/usr/lib/postgresql/$candidate/bin/postgres" ]; then
			echo "$candidate"
			return
		fi
	done
	for candidate in $supported_majors; do
		if apt-cache show "postgresql-$candidate-cron" "postgresql-server-dev-$candidate" \
			>/dev/null 2>&1; then
			echo "$candidate"
			return
		fi
	done
	echo 15
}

# A checkout below a closed folder such as /root is out of the server's reach.
find_work()
{
	if [ -n "${JOBS_WORK:-}" ]; then
		echo "$JOBS_WORK"
	elif work=/ as_server test -x "$root" -a -r "$root"; then
		echo "$root/.private"
	else
		echo "/var/tmp/jobs-$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)"
	fi
}

# Needs the user postgres, hence the packages.
use_major()
{
	major=${PG_MAJOR:-$(find_major)}
	case " $supported_majors " in
		*" $major "*) ;;
		*) die "PostgreSQL $major is not supported, only: $supported_majors" ;;
	esac
	id "$server_user" >/dev/null 2>&1 || die "there is no user $server_user: run script/packages"
	work=$(find_work)
	pg=$work/pg$major
	if [ ! -d "$work" ]; then
		mkdir -p "$work"
		[ "$(id -u)" -ne 0 ] || chown "$server_user:" "$work"
	elif [ "$(stat -c %U "$work")" != "$server_user" ]; then
		die "$work belongs to $(stat -c %U "$work"), not to $server_user: remove it"
	fi
}

# The names of the project's files, each ended by a NUL.
list_sources()
{
	cd "$root"
	# a copy may stand somewhere inside of another checkout
	if [ "$(git -c safe.directory='*' rev-parse --show-toplevel 2>/dev/null)" = "$root" ]; then
		git -c safe.directory="$root" ls-files -z --cached --others --exclude-standard |
			while IFS= read -r -d '' file; do
				[ ! -e "$file" ] || printf '%s\0' "$file"
			done
	else
		find . \( -name .git -o -name .private -o -name output -o -name output_iso -o -name tmp_check -o -name __pycache__ \) \
			-prune -o -type f ! -name '*.o' ! -name '*.bc' ! -name '*.so' ! -name '*_text.inc' ! -name '*_names.h' -print0
	fi
}
