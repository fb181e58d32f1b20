/*
 * commit_prepared.h
 *
 * COMMIT PREPARED wakes those who listen. What was prepared doesn't tell whether it had
 * something for them, so they are woken each time, where there are tables.
 */
#ifndef JOBS_COMMIT_PREPARED_H
#define JOBS_COMMIT_PREPARED_H

extern void commit_prepared_init(void);

#endif
