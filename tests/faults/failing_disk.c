/* A disk that fails on command: while the file named by FAILING_DISK exists, writes and syncs of files whose
 * path holds FAILING_DISK_FILES end with EIO. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(int descriptor) {
    const char *flag = getenv("FAILING_DISK"), *files = getenv("FAILING_DISK_FILES");
    char link[64], path[4096];
    if (!flag || !files || access(flag, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strstr(path, files) != NULL;
}

#define FORWARD(type, name, parameters, arguments)                                       \
    type name parameters {                                                               \
        static type (*real) parameters;                                                  \
        if (!real) real = (type (*) parameters) dlsym(RTLD_NEXT, #name);                 \
        if (fails(descriptor)) { errno = EIO; return -1; }                               \
        return real arguments;                                                           \
    }

FORWARD(ssize_t, write, (int descriptor, const void *from, size_t size), (descriptor, from, size))
FORWARD(ssize_t, pwrite, (int descriptor, const void *from, size_t size, off_t at), (descriptor, from, size, at))
FORWARD(ssize_t, pwrite64, (int descriptor, const void *from, size_t size, off64_t at), (descriptor, from, size, at))
FORWARD(int, fsync, (int descriptor), (descriptor))
FORWARD(int, fdatasync, (int descriptor), (descriptor))
FORWARD(int, ftruncate, (int descriptor, off_t size), (descriptor, size))
FORWARD(int, ftruncate64, (int descriptor, off64_t size), (descriptor, size))
