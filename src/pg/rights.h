/*
 * rights.h
 *
 * Acting with the rights of another role, the owner of the tables.
 */
#ifndef JOBS_RIGHTS_H
#define JOBS_RIGHTS_H

typedef struct Rights
{
	Oid user;
	int context;
	int settings; /* nest level */
} Rights;

/*
 * Goes on as `role`, with a search_path in which nobody plants anything, until
 * rights_restore. `flags` are added to the security context. An error in between
 * needs no care: the end of the transaction restores all of it.
 */
extern void rights_switch(Rights *before, Oid role, int flags);
extern void rights_restore(const Rights *before);

extern void rights_init(void);

/*
 * Is the role a superuser or as good as one, or a member of such a role, with INHERIT or
 * without?
 */
extern bool rights_may_become_superuser(Oid role);

#endif
