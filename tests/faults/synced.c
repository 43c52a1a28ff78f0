/* Remembers what has reached the disk: at each fsync or fdatasync the file's content, or the folder's names, is
 * copied into the folder SYNCED, by identity. What is not there is what a power cut takes. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Number and birth: the number of a file that is gone is given to the next one. Returns the file's mode, or 0. */
static int identity(int folder, const char *name, char *into, size_t room) {
    struct statx facts;
    memset(&facts, 0, sizeof facts);
    if (statx(folder, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &facts) != 0) return 0;
    snprintf(into, room, "%llu-%lld-%u", (unsigned long long)facts.stx_ino, (long long)facts.stx_btime.tv_sec,
             facts.stx_btime.tv_nsec);
    return facts.stx_mode;
}

/* For whoever takes the power away: the identity of what stands at a path, or an empty text. */
void identity_of(const char *path, char *into, size_t room) {
    if (!identity(AT_FDCWD, path, into, room)) into[0] = '\0';
}

static void keep_file(int descriptor, const char *into) {
    char path[64], buffer[65536], part[4096];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    snprintf(part, sizeof part, "%s.%d", into, (int)gettid());
    int from = open(path, O_RDONLY), to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (from < 0 || to < 0) return;
    for (ssize_t got; (got = read(from, buffer, sizeof buffer)) > 0;)
        if (write(to, buffer, got) != got) break;
    close(from);
    close(to);
    rename(part, into);
}

static void keep_names(int descriptor, const char *into) {
    char part[4096];
    snprintf(part, sizeof part, "%s.%d", into, (int)gettid());
    int again = openat(descriptor, ".", O_RDONLY | O_DIRECTORY);
    DIR *folder = again < 0 ? NULL : fdopendir(again);
    FILE *to = folder ? fopen(part, "w") : NULL;
    if (!to) return;
    char who[128];
    for (struct dirent *entry; (entry = readdir(folder));)
        if (S_ISREG(identity(dirfd(folder), entry->d_name, who, sizeof who))) fprintf(to, "%s %s\n", who, entry->d_name);
    fclose(to);
    closedir(folder);
    rename(part, into);
}

static void keep(int descriptor) {
    const char *synced = getenv("SYNCED");
    char who[128], into[4000];
    int mode = synced ? identity(descriptor, "", who, sizeof who) : 0;
    if (S_ISDIR(mode)) {
        snprintf(into, sizeof into, "%s/%s.names", synced, who);
        keep_names(descriptor, into);
    } else if (S_ISREG(mode)) {
        snprintf(into, sizeof into, "%s/%s", synced, who);
        keep_file(descriptor, into);
    }
}

int fsync(int descriptor) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    int outcome = real(descriptor);
    if (outcome == 0) keep(descriptor);
    return outcome;
}

int fdatasync(int descriptor) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    int outcome = real(descriptor);
    if (outcome == 0) keep(descriptor);
    return outcome;
}
