/* A disk that forgets at a power cut what was not synced. Preloaded; it watches files of one folder.
 *
 * Every write goes to the real file, and is noted in <shadow>/<name>.pending. A sync brings the notes into
 * <shadow>/<name>, which is what a power cut leaves. FORGETFUL_FOLDER, FORGETFUL_SHADOW, FORGETFUL_PREFIX say which
 * files; with FORGETFUL_CUT_AT=n the power fails (SIGKILL) just before the n-th write or sync takes effect;
 * FORGETFUL_NORMAL=1 ignores each sync of a -wal until the main file is written: what synchronous=NORMAL does.
 * A name is as durable as its folder: one that is new is noted in <name>.new until the folder is synced.
 * Files that end in -shm are not durable at all: they are mapped, and SQLite makes them anew. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FDS = 1024 };
struct note { int64_t kind, offset, length; }; /* kind 'W' with its bytes behind it, or 'T': truncated to offset */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[FDS]; /* by descriptor; "" is the folder itself */
static long countdown = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *setting(const char *name) { const char *it = getenv(name); return it ? it : ""; }

static int ends(const char *text, const char *tail) {
    size_t a = strlen(text), b = strlen(tail);
    return a >= b && !strcmp(text + a - b, tail);
}

/* The name below the folder, "" for the folder itself, NULL for anything that is not ours. */
static const char *ours(const char *path) {
    const char *folder = setting("FORGETFUL_FOLDER"), *prefix = setting("FORGETFUL_PREFIX");
    size_t length = strlen(folder);
    if (!length) return NULL;
    if (path[0] == '/') {
        if (strncmp(path, folder, length)) return NULL;
        path += length;
        if (!*path || !strcmp(path, "/.")) return "";
        if (*path++ != '/') return NULL;
    }
    return strncmp(path, prefix, strlen(prefix)) || strchr(path, '/') || ends(path, "-shm") ? NULL : path;
}

static int shadow(const char *name, const char *tail, int flags) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s%s", setting("FORGETFUL_SHADOW"), name, tail);
    return REAL(open)(path, flags | O_CLOEXEC, 0600);
}

static void forget(const char *name, const char *tail) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s%s", setting("FORGETFUL_SHADOW"), name, tail);
    REAL(unlink)(path);
}

/* The power may fail here. */
static void moment(void) {
    if (countdown < 0) countdown = atol(setting("FORGETFUL_CUT_AT"));
    if (countdown > 0 && --countdown == 0) kill(getpid(), SIGKILL);
}

static void put(int fd, const void *bytes, size_t length, int64_t offset) {
    if (REAL(pwrite)(fd, bytes, length, offset) != (ssize_t)length) abort();
}

static void note(const char *name, char kind, int64_t offset, const void *bytes, int64_t length) {
    struct note head = {kind, offset, length};
    char *whole = malloc(sizeof head + length);
    memcpy(whole, &head, sizeof head);
    if (length) memcpy(whole + sizeof head, bytes, length);
    int fd = shadow(name, ".pending", O_WRONLY | O_CREAT | O_APPEND);
    if (fd < 0 || REAL(write)(fd, whole, sizeof head + length) != (ssize_t)(sizeof head + length)) abort();
    REAL(close)(fd);
    free(whole);
}

static void make_durable(const char *name) {
    int from = shadow(name, ".pending", O_RDONLY), to = shadow(name, "", O_RDWR | O_CREAT);
    struct note head;
    while (from >= 0 && read(from, &head, sizeof head) == sizeof head) {
        char *bytes = malloc(head.length + 1);
        if (read(from, bytes, head.length) != head.length) abort();
        if (head.kind == 'W') put(to, bytes, head.length, head.offset);
        else if (REAL(ftruncate)(to, head.offset)) abort();
        free(bytes);
    }
    if (from >= 0) REAL(close)(from);
    REAL(close)(to);
    forget(name, ".pending");
}

static void wal_of(const char *name, char *wal) { snprintf(wal, PATH_MAX, "%s-wal", name); }

static void written(int fd, const void *bytes, ssize_t length, int64_t offset) {
    if (length <= 0) return;
    char wal[PATH_MAX];
    wal_of(names[fd], wal);
    if (*setting("FORGETFUL_NORMAL") && !ends(names[fd], "-wal")) make_durable(wal);
    note(names[fd], 'W', offset, bytes, length);
}

/* The folder was synced: every name in it lasts from now on. */
static void names_last(void) {
    DIR *folder = opendir(setting("FORGETFUL_SHADOW"));
    for (struct dirent *each; folder && (each = readdir(folder));)
        if (ends(each->d_name, ".new")) forget(each->d_name, "");
    if (folder) closedir(folder);
}

static int synced(int fd) {
    moment();
    if (!*names[fd]) {
        names_last();
    } else if (!(*setting("FORGETFUL_NORMAL") && ends(names[fd], "-wal"))) {
        make_durable(names[fd]);
    }
    return 0;
}

static int tracked(int fd) { return fd >= 0 && fd < FDS && names[fd]; }

static int opened(int fd, const char *name, int flags, int is_new) {
    if (fd < 0 || fd >= FDS || !name) return fd;
    pthread_mutex_lock(&lock);
    names[fd] = strdup(name);
    if (*name && is_new) REAL(close)(shadow(name, ".new", O_WRONLY | O_CREAT));
    if (*name && !is_new && (flags & O_TRUNC)) note(name, 'T', 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

static int is_there(const char *path) { return access(path, F_OK) == 0; }

#define OPEN(function)                                                        \
    int function(const char *path, int flags, ...) {                          \
        va_list more;                                                         \
        va_start(more, flags);                                                \
        mode_t mode = va_arg(more, mode_t);                                   \
        va_end(more);                                                         \
        const char *name = ours(path);                                        \
        int is_new = name && *name && !is_there(path);                        \
        return opened(REAL(function)(path, flags, mode), name, flags, is_new); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(function)                                                                                 \
    int function(int folder, const char *path, int flags, ...) {                                         \
        va_list more;                                                                                    \
        va_start(more, flags);                                                                           \
        mode_t mode = va_arg(more, mode_t);                                                              \
        va_end(more);                                                                                    \
        const char *name = path[0] == '/' || folder == AT_FDCWD ? ours(path) : NULL;                      \
        int is_new = name && *name && !is_there(path);                                                   \
        return opened(REAL(function)(folder, path, flags, mode), name, flags, is_new);                   \
    }
OPENAT(openat)
OPENAT(openat64)

#define PWRITE(function)                                                             \
    ssize_t function(int fd, const void *bytes, size_t length, __off64_t offset) {   \
        if (!tracked(fd)) return REAL(function)(fd, bytes, length, offset);          \
        pthread_mutex_lock(&lock);                                                   \
        moment();                                                                    \
        ssize_t done = REAL(function)(fd, bytes, length, offset);                    \
        written(fd, bytes, done, offset);                                            \
        pthread_mutex_unlock(&lock);                                                 \
        return done;                                                                 \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!tracked(fd)) return REAL(write)(fd, bytes, length);
    pthread_mutex_lock(&lock);
    moment();
    ssize_t done = REAL(write)(fd, bytes, length);
    written(fd, bytes, done, lseek(fd, 0, SEEK_CUR) - done);
    pthread_mutex_unlock(&lock);
    return done;
}

#define TRUNCATE(function)                                            \
    int function(int fd, __off64_t length) {                          \
        if (!tracked(fd)) return REAL(function)(fd, length);          \
        pthread_mutex_lock(&lock);                                    \
        int done = REAL(function)(fd, length);                        \
        if (!done) note(names[fd], 'T', length, NULL, 0);             \
        pthread_mutex_unlock(&lock);                                  \
        return done;                                                  \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define SYNC(function)                                \
    int function(int fd) {                            \
        if (!tracked(fd)) return REAL(function)(fd);  \
        pthread_mutex_lock(&lock);                    \
        int done = synced(fd);                        \
        pthread_mutex_unlock(&lock);                  \
        return done;                                  \
    }
SYNC(fsync)
SYNC(fdatasync)

int close(int fd) {
    if (tracked(fd)) {
        pthread_mutex_lock(&lock);
        free(names[fd]);
        names[fd] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return REAL(close)(fd);
}

int unlink(const char *path) {
    const char *name = ours(path);
    if (name && *name) {
        pthread_mutex_lock(&lock);
        for (const char **tail = (const char *[]){"", ".pending", ".new", NULL}; *tail; tail++) forget(name, *tail);
        pthread_mutex_unlock(&lock);
    }
    return REAL(unlink)(path);
}

int rename(const char *from, const char *to) {
    if (ours(from) || ours(to)) abort(); /* nobody does this here yet */
    return REAL(rename)(from, to);
}
