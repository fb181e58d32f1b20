# Marketplaces in two databases of a server don't know of each other.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('databases', "shared_preload_libraries = 'jobs'");

install($node, 'one', 'owner_one');
install($node, 'two', 'owner_two');
fill($node, 'one');
fill($node, 'two');
isnt($node->safe_psql('one', 'SELECT marketplace_id FROM jobs.node'), $node->safe_psql('two', 'SELECT marketplace_id FROM jobs.node'),
	'each has an id of its own');

my $contents = contents($node, 'two');
works($node, 'one', 'the first');
$node->safe_psql('one', 'CREATE ROLE shop_app LOGIN');
$node->safe_psql('one', q{SELECT jobs.grant_access('shop_app', 'app')});
same(contents($node, 'two'), $contents, 'what happens in the first leaves the second as it is');
refuses($node, 'two', q{SET SESSION AUTHORIZATION shop_app; SELECT jobs.open_job(1025, actor => 'member:1025')}, qr/42501/,
	'access to the first');
refuses($node, 'two', q{SET SESSION AUTHORIZATION owner_one; SELECT jobs.open_job(1025, actor => 'member:1025')}, qr/42501/,
	'the owner of the first');

# settings per database
$node->safe_psql('two', q{ALTER DATABASE two SET jobs.response_window = '2h'});
is($node->safe_psql($_, q{
		SELECT FROM jobs.request_job(1024, 'x', 'y', 1025, actor => 'merchant:1024');
		SELECT respond_by - created_at FROM jobs.job ORDER BY id DESC LIMIT 1 }), $_ eq 'one' ? "3 days" : "02:00:00",
	"the window of $_") foreach 'one', 'two';

# a copy of one is one more; then each goes without a trace in the other
$node->safe_psql('postgres', 'CREATE DATABASE three TEMPLATE one');
same(contents($node, 'three'), contents($node, 'one'), 'a copy has the same rows');
$contents = contents($node, 'three');
$node->safe_psql('one', 'SELECT jobs.uninstall(true); DROP EXTENSION jobs');
same(contents($node, 'three'), $contents, 'uninstalling leaves the copy as it is');
works($node, 'three', 'the copy');
works($node, 'two', 'the second');
$node->safe_psql('postgres', 'DROP DATABASE one');
$node->safe_psql('postgres', 'ALTER DATABASE two RENAME TO four');
works($node, 'four', 'renamed');

# Databases of other encodings: what the library says in German is converted, and written
# out where the encoding has no umlauts.
foreach my $case ([ 'LATIN1', 'Geöffnet' ], [ 'LATIN2', 'Geöffnet' ], [ 'EUC_JP', 'Geöffnet' ], [ 'WIN1251', 'Geoeffnet' ],
	[ 'EUC_KR', 'Geoeffnet' ], [ 'SQL_ASCII', 'Geoeffnet' ])
{
	my ($encoding, $opened) = @$case;
	my $database = lc $encoding;
	my $client = $encoding eq 'SQL_ASCII' ? '' : "SET client_encoding = 'UTF8';";

	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	is($node->safe_psql($database, q{CREATE EXTENSION jobs; SELECT jobs.install(owner => 'owner_two')}),
		"jobs $version: installed", "$encoding: installs");
	is($node->safe_psql($database, 'SELECT jobs.install()'), "jobs $version: up to date", "$encoding: and that is all");
	is($node->safe_psql($database, "$client SELECT jobs.status_label('opened', 'de')"), $opened, "$encoding: labels");
	fill($node, $database);
	is($node->safe_psql($database, qq{$client
			UPDATE jobs.email SET language = 'de';
			SELECT count(DISTINCT kind), string_agg(DISTINCT substring(body from 'H.*ndler: Max'), ' '),
				string_agg(DISTINCT substring(subject from 'best.*tigt.*'), ' ')
			FROM jobs.claim_emails(1000) }),
		$opened eq 'Geoeffnet' ? '9|Haendler: Max|bestaetigt' : '9|Händler: Max|bestätigt', "$encoding: claims");
	# 133 ends a line in ISO 8859, and is three dots in WIN1251
	if ($encoding =~ /LATIN/)
	{
		refuses($node, $database, "SELECT jobs.create_merchant('a' || chr($_) || 'b', 'x\@x.example')", qr/22023: .*must be one line/, "$encoding: character $_")
		  foreach 128, 133, 159;
	}
	is($node->safe_psql($database, "SELECT count(jobs.create_merchant('a' || chr(c) || 'b', 'x\@x.example')) FROM unnest(ARRAY[160, 161, 255]) c"), '3',
		"$encoding: characters behind them") if $encoding =~ /LATIN/;
	is($node->safe_psql($database, "SELECT jobs.create_merchant('a' || chr(133) || 'b', 'x\@x.example') > 0"), 't', "$encoding: character 133")
	  if $encoding =~ /WIN/;
	# languages whose dictionaries have characters that the encoding lacks
	is($node->safe_psql($database, q{
			SELECT jobs.create_organization('Hungarian works', 'hu@x.example', language => 'hu') > 0,
				jobs.create_organization('Nepali works', 'ne@x.example', language => 'ne') > 0;
			UPDATE jobs.organization SET description = 'works everywhere';
			SELECT string_agg(name, ', ' ORDER BY name) FROM jobs.search_organizations('works -nepali');
			SELECT string_agg(name, ', ' ORDER BY name) FROM jobs.search_organizations('working everywhere') WHERE name ~ 'Ann'}),
		"t|t\nAnn & Co, Hungarian works\nAnn & Co", "$encoding: searches");
}

# What shows nothing, and what ends a line, is known in each encoding: bytes that are no letters
# in one are letters in another.
foreach my $case (
	[ 'latin1', 'E2 85', 'one line' ], [ 'latin1', 'E2 9F', 'one line' ], [ 'latin1', 'A0 AD', 'blank' ], [ 'latin1', 'AD E2', '' ],
	[ 'latin2', 'E2 85', 'one line' ], [ 'latin2', 'AD', 'blank' ],
	[ 'win1251', 'E2 85', '' ], [ 'win1251', 'A0 AD', 'blank' ], [ 'win1251', 'E2 98', 'one line' ],
	[ 'euc_kr', 'A1 A1', 'blank' ], [ 'euc_kr', 'A4 D4', 'blank' ], [ 'euc_kr', 'B0 A1', '' ],
	[ 'euc_jp', 'A1 A1', 'blank' ], [ 'euc_jp', 'A4 A2', '' ])
{
	my ($database, $bytes, $complaint) = @$case;
	my $name = "convert_from(decode('$bytes', 'hex'), getdatabaseencoding())";
	$name =~ s/(?<=') ?([0-9A-F ]+)/$1 =~ s| ||gr/e;

	if ($complaint)
	{
		refuses($node, $database, "SELECT jobs.create_merchant($name, 'x\@x.example')", qr/22023: +name must (not )?be $complaint/, "$database: $bytes");
	}
	else
	{
		is($node->safe_psql($database, "SELECT jobs.create_merchant($name, 'x\@x.example') > 0"), 't', "$database: $bytes");
	}
}

done_testing();
