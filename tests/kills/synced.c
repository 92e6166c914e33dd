/* In front of the system's library: after each fsync of a file of the database, `FILE.synced` is what a disk has of it
 * whose power is lost. What is removed is removed there too. The file's own handle is read, because closing another one
 * would release the locks of the process. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int is_ours(const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    return !strcmp(name, "affix.db") || !strcmp(name, "affix.db-wal") || !strcmp(name, "affix.db-journal");
}

static void keep(int fd) {
    static __thread char block[1 << 16];
    char handle[64], path[PATH_MAX], part[PATH_MAX + 64], synced[PATH_MAX + 64];
    snprintf(handle, sizeof handle, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(handle, path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    if (!is_ours(path)) return;
    snprintf(part, sizeof part, "%s.part.%d", path, getpid());
    snprintf(synced, sizeof synced, "%s.synced", path);
    int copy = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (copy < 0) return;
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, block, sizeof block, at)) > 0) {
        if (write(copy, block, got) != got) break;
        at += got;
    }
    close(copy);
    rename(part, synced);
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int result = real(fd);
    if (result == 0) keep(fd);
    return result;
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int result = real(fd);
    if (result == 0) keep(fd);
    return result;
}

int unlink(const char *path) {
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
    int result = real(path);
    if (result == 0 && is_ours(path)) {
        char synced[PATH_MAX + 64];
        snprintf(synced, sizeof synced, "%s.synced", path);
        real(synced);
    }
    return result;
}
