/*
 * access.h
 *
 * Which database role may do what: kinds of access that are granted as a whole.
 */
#ifndef JOBS_ACCESS_H
#define JOBS_ACCESS_H

#include "nodes/pg_list.h"

extern void access_init(void);

/* Is the role an operator: may it do what the system does? True for owner and superusers. */
extern bool access_is_operator(Oid role);

/*
 * Who used an operator's rights, or could have: the user who logged in, or the role that it took on;
 * InvalidOid: neither has them.
 */
extern Oid access_calling_operator(void);

/* May the role see what everybody does? So may operators. */
extern bool access_is_viewer(Oid role);

/* May the role name whom it acts for? */
extern bool access_may_act_as(Oid role);

/*
 * Gives a role bound access, or takes it back, as jobs.grant_access() does; refuses whom that
 * refuses. A role that is gone has none to take back.
 */
extern void access_change_bound(const char *role, bool gives);

/*
 * Do roles that access is remembered of lack policies, so that access_grant_again would change
 * tables? As the tables' owner, inside SPI.
 */
extern bool access_lacks_policies(void);

/*
 * Roles (char *) that access is remembered of and that lack some of it, on the tables that stand, which
 * may be of an older version. As the tables' owner, inside SPI.
 */
extern List *access_robbed_roles(bool is_older);

/*
 * Parts of installing and uninstalling, run as the tables' owner, inside SPI: grants
 * what is remembered once more, and tells which roles had lost it; drops the operators' policies,
 * and with `forget` takes back all that was granted.
 */
extern void access_grant_again(const List *robbed);
extern void access_uninstall(bool forget);

#endif
