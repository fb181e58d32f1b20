# Gateways that make an API of what they find in the schema start with their default options, and
# find the tables.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Marketplace;
use Npm;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();

# npm reads its settings below HOME
$ENV{HOME} = $folder;
$ENV{GRAPHILE_ENV} = 'development';

my $node = start_server('gateways', "shared_preload_libraries = 'jobs'");
install($node, 'market', 'jobs_owner');
fill($node, 'market');
$node->safe_psql('market', q{
	CREATE ROLE web LOGIN;
	CREATE ROLE shop_operator LOGIN;
	SELECT jobs.grant_access('web', 'app'), jobs.grant_access('shop_operator', 'operator')});

# The last release that runs on this Node.
my ($version) = (run_command([ 'node', '--version' ]))[0] =~ /^v(\d+)/;
my %gateways = (
	'PostGraphile 4' => [ 'postgraphile@4.14' ],
	'PostGraphile 5' => [ ($version // 0) >= 22 ? 'postgraphile@5.1' : 'postgraphile@5.0.0-rc.3', '--preset', 'postgraphile/presets/amber' ]);

foreach my $name (sort keys %gateways)
{
	my ($package, @options) = @{ $gateways{$name} };
	my $place = "$folder/" . $name =~ tr/ //dr;

  SKIP:
	{
		my $missing = npm_install($place, $package);

		skip $missing, 4 if $missing;

		foreach my $user ('web', 'shop_operator')
		{
			my $port = PostgreSQL::Test::Cluster::get_free_port();
			my $log = '';
			my $gateway = IPC::Run::start(
				[ 'node', "$place/node_modules/.bin/postgraphile", '-c', 'postgres:///market?host=' . $node->host . '&port=' . $node->port . "&user=$user",
					'-s', 'jobs', '-n', '127.0.0.1', '-p', $port, @options ], '<', \undef, '>&', \$log);
			my ($asked, $answer) = (0, '');

			while ($answer eq '' && $asked++ < 120)
			{
				sleep 1;
				$gateway->pump_nb;
				last if !$gateway->pumpable;
				($answer) = run_command([ 'node', '-e', qq{
					fetch('http://127.0.0.1:$port/graphql', {method: 'POST', headers: {'content-type': 'application/json'},
						body: JSON.stringify({query: '{__schema{types{name}} allServices{edges{node{name}}}}'})})
					.then(r => r.json()).then(a => console.log(
						['Job', 'Message', 'Proposal', 'Conversation', 'Node'].every(t => a.data.__schema.types.some(f => f.name == t)),
						JSON.stringify(a.data.allServices.edges.map(e => e.node.name).sort()))).catch(() => {})} ]);
			}
			$gateway->kill_kill;
			is($answer, 'true ["Audit","Design"]', "$name as $user: has the tables, and reads them") or diag($log);
			unlike($log, qr/naming conflict|already been registered|Error/i, "$name as $user: without conflicts");
		}
	}
}

done_testing();
