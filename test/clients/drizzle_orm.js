// Works on a job with Drizzle. drizzle-kit has written its schema by what it found in the database.

// shown in docs/clients.md
const { DrizzleQueryError, eq, sql } = require('drizzle-orm');
const { drizzle } = require('drizzle-orm/node-postgres');
const { Pool } = require('pg');
const { jobInJobs: job, jobListInJobs: jobList, messageInJobs: message } = require('./drizzle/schema');

const pool = new Pool();
const db = drizzle(pool);

function acting(actor, work) {
	return db.transaction(async tx => {
		await tx.execute(sql`SELECT jobs.act_as(${actor})`);
		return work(tx);
	});
}

async function write(actor, jobId, body) {
	const [written] = await acting(actor, tx => tx.insert(message).values({ jobId, body }).returning());
	return [written.id, written.author];
}

function setStatus(actor, id, status) {
	return acting(actor, tx => tx.update(job).set({ status }).where(eq(job.id, id))).catch(refusal);
}

function refusal(error) {
	if (!(error instanceof DrizzleQueryError))
		throw error;
	const { code, constraint, detail, hint } = error.cause;
	return [code, constraint, detail, hint];
}
// up to here

const { getTableColumns, getViewSelectedFields } = require('drizzle-orm');

const [ann, bob, nobody] = ['member:1025', 'member:2049', ''];
const id = Number(process.argv[2]);

function tell(what, ...values) {
	console.log([what, ...values].join('|'));
}

function columns(fields) {
	return Object.values(fields).map(column => column.name).sort();
}

async function read(actor) {
	const [row] = await acting(actor, tx => tx.select().from(job).where(eq(job.id, id)));
	return row;
}

// the whole row, as it was read, with another status or none
function save(actor, row, status = row.status) {
	return acting(actor, async tx => {
		const saved = await tx.update(job).set({ ...row, status }).where(eq(job.id, id)).returning();
		return saved.map(row => row.status);
	}).catch(refusal);
}

async function main() {
	tell('columns of job', ...columns(getTableColumns(job)));
	tell('columns of job_list', ...columns(getViewSelectedFields(jobList)));
	const stale = await read(ann);
	tell('saved by another', ...await save(bob, await read(bob), 'opened'));
	tell('stale', ...await save(ann, stale));
	tell('stale, declined', ...await save(ann, stale, 'declined'));
	tell('written', ...await write(ann, id, 'From Drizzle'));
	tell('saved', ...await save(ann, await read(ann), 'inactive'));
	tell('saved by nobody', ...await save(nobody, await read(ann), 'completed'));
	tell('refused', ...await setStatus(ann, id, 'awaiting_response'));
	const listed = await acting(ann, tx => tx.select().from(jobList).where(eq(jobList.id, id)));
	tell('listed', ...listed.map(row => row.status));
	tell('listed to nobody', ...await db.select().from(jobList));
	await pool.end();
}

main().catch(error => { console.error(error); process.exit(1); });
