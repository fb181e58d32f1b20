// Works on a job with Sequelize, which describes each table; a model is made of that.

// shown in docs/clients.md
const { DatabaseError, Sequelize } = require('sequelize');

const { PGHOST, PGPORT, PGDATABASE, PGUSER } = process.env;
const sequelize = new Sequelize(PGDATABASE, PGUSER, null,
	{ dialect: 'postgres', host: PGHOST, port: PGPORT, logging: false });

async function reflect(name) {
	const columns = await sequelize.getQueryInterface().describeTable({ tableName: name, schema: 'jobs' });

	// what has a default is filled by the database, not by Sequelize
	for (const column of Object.values(columns)) {
		column.allowNull ||= column.defaultValue !== null;
		delete column.defaultValue;
	}
	columns.id.primaryKey = columns.id.autoIncrement = true;
	return sequelize.define(name, columns, { schema: 'jobs', freezeTableName: true, timestamps: false });
}

// each query of the work has to take the transaction: else it runs outside, as nobody
function acting(actor, work) {
	return sequelize.transaction(async transaction => {
		await sequelize.query('SELECT jobs.act_as($1)', { bind: [actor], transaction });
		return work(transaction);
	});
}

function write(Message, actor, job_id, body) {
	return acting(actor, transaction => Message.create({ job_id, body }, { transaction }));
}

function setStatus(Job, actor, id, status) {
	return acting(actor, async transaction => {
		const job = await Job.findByPk(id, { transaction });
		await job.update({ status }, { transaction });
	}).catch(refusal);
}

function refusal(error) {
	if (!(error instanceof DatabaseError))
		throw error;
	const { code, constraint, detail, hint } = error.parent;
	return [code, constraint, detail, hint];
}
// up to here

const [ann, bob, nobody] = ['member:1025', 'member:2049', ''];
const id = process.argv[2];

function tell(what, ...values) {
	console.log([what, ...values].join('|'));
}

async function main() {
	const [Job, Message, JobList] = await Promise.all(['job', 'message', 'job_list'].map(reflect));
	const columns = Model => Object.keys(Model.getAttributes()).sort();
	const read = actor => acting(actor, transaction => Job.findByPk(id, { transaction }));

	// the whole row, as it was read, with another status or none
	const save = (actor, job, status = job.status) => acting(actor, async transaction => {
		job.status = status;
		columns(Job).forEach(name => job.changed(name, true));
		await job.save({ transaction });
		return [job.status];
	}).catch(refusal);

	tell('columns of job', ...columns(Job));
	tell('columns of job_list', ...columns(JobList));
	const stale = await read(ann);
	tell('saved by another', ...await save(bob, await read(bob), 'opened'));
	tell('stale', ...await save(ann, stale));
	tell('stale, declined', ...await save(ann, stale, 'declined'));
	const message = await write(Message, ann, id, 'From Sequelize');
	tell('written', message.id, message.author);
	tell('saved', ...await save(ann, await read(ann), 'inactive'));
	tell('saved by nobody', ...await save(nobody, await read(ann), 'completed'));
	tell('refused', ...await setStatus(Job, ann, id, 'awaiting_response'));
	const listed = await acting(ann, transaction => JobList.findAll({ where: { id }, transaction }));
	tell('listed', ...listed.map(job => job.status));
	tell('listed to nobody', ...await JobList.findAll());
	await sequelize.close();
}

main().catch(error => { console.error(error); process.exit(1); });
