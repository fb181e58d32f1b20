/*
 * file.h
 *
 * Files that settings name. What is none, a device, a pipe, a folder, may never end.
 */
#ifndef MAILER_FILE_H
#define MAILER_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is it a file that can be read, neither empty nor longer than so many bytes? If not,
 * *complaint says why.
 */
extern bool file_check(const char *path, size_t most, char **complaint);

/*
 * The first line of such a file, without its end. NULL: *complaint says why there is none. The
 * caller frees both.
 */
extern char *file_first_line(const char *path, size_t most, char **complaint);

#endif
