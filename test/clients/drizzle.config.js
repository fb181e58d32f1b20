// What drizzle-kit writes a schema of.

// shown in docs/clients.md
module.exports = {
	dialect: 'postgresql',
	dbCredentials: { url: process.env.DATABASE_URL },
	schemaFilter: ['jobs'],
	out: './drizzle',
};
// up to here
