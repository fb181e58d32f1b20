// PostGraphile as a gateway, whose role may be anybody, for each request the one whom its token
// names; and a client, which works on a job by GraphQL.

// shown in docs/clients.md
const http = require('http');
const { Pool } = require('pg');
const { makePluginHook, postgraphile } = require('postgraphile');

// before all else in the transaction of a request
const beforeRequest = {
	withPostGraphileContext: withContext => (options, callback) =>
		withContext(options, async context => {
			await context.pgClient.query('SELECT gateway.before_request()');
			return callback(context);
		}),
};

// the pool connects as authenticator; verify() is your own, and returns the claims of a request's token
const server = http.createServer(postgraphile(new Pool(), 'jobs', {
	pluginHook: makePluginHook([beforeRequest]),
	pgSettings: async request => ({
		role: 'web',
		'request.jwt.claims': JSON.stringify(await verify(request)),
	}),
	// what web may do, and the functions, too, which belong to an extension
	ignoreRBAC: false,
	graphileBuildOptions: { pgIncludeExtensionResources: true },
	extendedErrors: ['errcode', 'constraint', 'detail', 'hint'],
	disableQueryLog: true,
}));
// up to here

const { readFileSync } = require('fs');

const [ann, bob, max, nobody] = ['member:1025', 'member:2049', 'merchant:1024', undefined];
const job = process.argv[2];
const requests = readFileSync(`${__dirname}/requests.graphql`, 'utf8');

// here a token is just the actor
async function verify(request) {
	return { role: 'web', actor: request.headers.authorization };
}

function tell(what, ...values) {
	console.log([what, ...values].join('|'));
}

async function ask(actor, query, variables, operationName) {
	const response = await fetch(`http://127.0.0.1:${server.address().port}/graphql`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...(actor && { authorization: actor }) },
		body: JSON.stringify({ query, variables, operationName }),
	});
	const { data, errors } = await response.json();

	return { ...data, refusal: errors?.map(({ message, extensions }) => {
		const { errcode, constraint, detail, hint } = extensions.exception;
		return [errcode ?? message, constraint, detail, hint];
	})[0] };
}

function request(actor, name, variables) {
	return ask(actor, requests, { job, ...variables }, name);
}

// The columns by their names in the tables. Other fields lead to other tables.
async function columns(type) {
	const { __type } = await ask(nobody, `{ __type(name: "${type}") { fields { name type { name kind ofType { kind } } } } }`);

	return __type.fields
		.filter(({ name, type }) => name !== 'nodeId' && (type.name === 'Interval' || ![type.kind, type.ofType?.kind].includes('OBJECT')))
		.map(({ name }) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)).sort();
}

async function read(actor) {
	const fields = (await columns('Job')).map(name => name.replace(/_./g, letter => letter[1].toUpperCase()));
	const { jobById } = await ask(actor, `query ($job: BigInt!) { jobById(id: $job) { ${fields.join(' ')} } }`, { job });

	return jobById;
}

// the whole row, as it was read, with another status or none
async function save(actor, row, status = row.status) {
	const { updateJobById, refusal } = await ask(actor, `mutation ($job: BigInt!, $jobPatch: JobPatch!) {
		updateJobById(input: { id: $job, jobPatch: $jobPatch }) { job { status } } }`, { job, jobPatch: { ...row, status } });

	return refusal ?? [updateJobById.job.status];
}

async function main() {
	await new Promise(resolve => { server.listen(0, '127.0.0.1', resolve); });
	tell('columns of job', ...await columns('Job'));
	tell('columns of job_list', ...await columns('JobList'));
	const stale = await read(ann);
	tell('saved by another', ...await save(bob, await read(bob), 'opened'));
	tell('stale', ...await save(ann, stale));
	tell('stale, declined', ...await save(ann, stale, 'declined'));
	const { message } = (await request(ann, 'Write', { body: 'From PostGraphile' })).createMessage;
	tell('written', message.id, message.author);
	tell('saved', ...await save(ann, await read(ann), 'inactive'));
	tell('saved by nobody', ...await save(nobody, await read(ann), 'completed'));
	tell('refused', ...(await request(ann, 'SetStatus', { status: 'awaiting_response' })).refusal);
	tell('listed', ...(await request(ann, 'List')).allJobLists.nodes.map(row => row.status));
	tell('listed to nobody', ...(await request(nobody, 'List')).allJobLists.nodes);
	tell('called for another', ...(await request(ann, 'Reactivate', { actor: max })).refusal);
	tell('called', (await request(ann, 'Reactivate')).reactivateJob.string);
	process.exit(0);
}

main().catch(error => { console.error(error); process.exit(1); });
