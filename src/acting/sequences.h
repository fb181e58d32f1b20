/*
 * sequences.h
 *
 * The sequences that ids are drawn from.
 */
#ifndef JOBS_SEQUENCES_H
#define JOBS_SEQUENCES_H

/* Sets sequences that lag behind their tables to where ids are free; inside SPI. */
extern void sequences_raise(void);

#endif
