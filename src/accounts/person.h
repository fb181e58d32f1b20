/*
 * person.h
 *
 * A person, as an operator names one who is to be erased, or is handed out what is kept: a member or a
 * merchant. And what is found of it without going through whole tables: a merchant's rows by its conversations
 * and jobs, a member's by those of its organization, of which no index tells who wrote what.
 */
#ifndef JOBS_PERSON_H
#define JOBS_PERSON_H

#include "acting/actor.h"
#include "pg/id_list.h"
#include "tables/row.h"

typedef struct Person
{
	Actor actor;				/* with the organization of a member */
	char text[ACTOR_TEXT_SIZE]; /* the same as rows name it */
	char *address;				/* at present; NULL: it was erased */
	IdList conversations;		/* its own, or its organization's; in order, as all of these */
	IdList jobs;
	IdList organizations; /* with which it deals, or its own */
} Person;

/* The person that an argument names, not looked up: 22004, 22023. */
extern void person_argument(FunctionCallInfo fcinfo, int argno, Person *person);

/* Its row, of a member who left, too; PT404. The address and a member's organization are known then. */
extern Row *person_require(Rows *rows, Person *person);

/* Finds the conversations, jobs and organizations; and the e-mails that went, or go, to the person. */
extern void person_find_dealings(Rows *rows, Person *person);
extern IdList person_find_emails(Rows *rows, const Person *person);

/* Does the column name the person, as an actor? */
extern bool person_is_in(const Person *person, const Row *row, int column);

/* Reads those rows of an index that have one of these ids in its first column, and hands them on one by one. */
typedef void (*PersonVisitor)(const Row *row, void *argument);
extern void person_visit(Rows *rows, TableId table, IndexId index, const IdList *parents, PersonVisitor visit,
						 void *argument);

#endif
