/*
 * file.c
 *
 * A file is opened without waiting, and then looked at: so it is still the same one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "memory.h"

/*
 * What is wrong with an open file; NULL: nothing.
 */
static char *
file_fault(int fd, const char *path, size_t most)
{
	struct stat status;

	if (fd < 0)
		return memory_format("could not open \"%s\": %s", path, strerror(errno));
	if (fstat(fd, &status) != 0)
		return memory_format("could not look at \"%s\": %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return memory_format("\"%s\" is a folder, not a file", path);
	if (!S_ISREG(status.st_mode))
		return memory_format("\"%s\" is no regular file; copy what it should say into one", path);
	if (status.st_size == 0)
		return memory_format("\"%s\" is empty", path);
	if ((unsigned long long) status.st_size > most)
		return memory_format("\"%s\" is longer than %zu bytes, and hardly the right file", path, most);
	return NULL;
}

/*
 * Opens a file; negative: *complaint says why not.
 */
static int
file_open(const char *path, size_t most, char **complaint)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	*complaint = file_fault(fd, path, most);
	if (*complaint && fd >= 0)
		close(fd);
	return *complaint ? -1 : fd;
}

bool
file_check(const char *path, size_t most, char **complaint)
{
	int fd = file_open(path, most, complaint);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * What is wrong with the first line of so many bytes; NULL: nothing. Ends it.
 */
static char *
file_cut_line(char *text, size_t size, const char *path)
{
	size_t length = 0;

	while (length < size && text[length] != '\n' && text[length] != '\r')
		length++;
	text[length] = '\0';
	if (length == 0)
		return memory_format("the first line of \"%s\" is empty", path);
	if (strlen(text) < length)
		return memory_format("the first line of \"%s\" is no text", path);
	return NULL;
}

char *
file_first_line(const char *path, size_t most, char **complaint)
{
	int fd = file_open(path, most, complaint);
	char *text;
	size_t size = 0;
	ssize_t got = 0;

	if (fd < 0)
		return NULL;
	text = memory_get(most + 1);
	while (size < most && (got = read(fd, text + size, most - size)) > 0)
		size += got;
	if (got < 0)
		*complaint = memory_format("could not read \"%s\": %s", path, strerror(errno));
	else
		*complaint = file_cut_line(text, size, path);
	close(fd);
	if (!*complaint)
		return text;
	free(text);
	return NULL;
}
