/*
 * install_owner.h
 *
 * The rights of the tables' owner. What gives and takes them runs with the caller's
 * rights, inside SPI.
 */
#ifndef JOBS_INSTALL_OWNER_H
#define JOBS_INSTALL_OWNER_H

/* The role that owns the schema. */
extern Oid owner_of_schema(void);

/*
 * Gives the owner what it needs; a superuser also takes back what former owners have.
 * 42501 when the caller can't.
 */
extern void owner_grant(Oid owner);

/* CREATE on the schema, for as long as tables are made. */
extern void owner_give_create(Oid owner);
extern void owner_take_create_back(Oid owner);

/* Takes all of it back, when a superuser asks. */
extern void owner_revoke(Oid owner);

#endif
