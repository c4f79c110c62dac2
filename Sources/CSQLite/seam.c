#include "CSQLite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How it works: SQLite reaches files through a sqlite3_vfs. This one stands before the platform's own: it forwards every call,
// and asks its owner first where the call changes what is on the medium. Files without a name (temporary ones) are not asked about,
// and neither is shared memory, which is made anew after every power cut.

struct seam {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    ac_sqlite_decide decide;
    void *context;
    char name[40];
};

struct seam_file {
    sqlite3_file base;
    struct seam *seam;
    // The name belongs to SQLite and lives as long as the file is open (sqlite3_vfs.xOpen).
    const char *path;
    sqlite3_file *real;
    // The platform flushes the folder with the first flush of a journal or log (os_unix.c, UNIXFILE_DIRSYNC).
    int flushes_folder;
};

static struct seam_file *opened(sqlite3_file *file) { return (struct seam_file *)file; }
static sqlite3_file *real(sqlite3_file *file) { return opened(file)->real; }
static struct seam *seam(sqlite3_vfs *vfs) { return (struct seam *)vfs; }

static struct ac_sqlite_decision ask(
    struct seam *seam, enum ac_sqlite_operation operation, const char *path, const void *bytes, size_t count, int64_t offset) {
    struct ac_sqlite_decision proceed = {SQLITE_OK, 0};
    return path ? seam->decide(seam->context, operation, path, bytes, count, offset) : proceed;
}

static int file_close(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }

static int file_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), bytes, count, offset);
}

static int file_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct ac_sqlite_decision decision =
        ask(opened(file)->seam, AC_SQLITE_WRITE, opened(file)->path, bytes, (size_t)count, offset);
    if (decision.error == SQLITE_OK) return real(file)->pMethods->xWrite(real(file), bytes, count, offset);
    if (decision.keeping > 0 && decision.keeping <= (size_t)count)
        real(file)->pMethods->xWrite(real(file), bytes, (int)decision.keeping, offset);
    return decision.error;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct ac_sqlite_decision decision = ask(opened(file)->seam, AC_SQLITE_TRUNCATE, opened(file)->path, NULL, 0, size);
    return decision.error == SQLITE_OK ? real(file)->pMethods->xTruncate(real(file), size) : decision.error;
}

static int file_sync(sqlite3_file *file, int flags) {
    struct ac_sqlite_decision decision = ask(opened(file)->seam, AC_SQLITE_FLUSH, opened(file)->path, NULL, 0, 0);
    if (decision.error != SQLITE_OK) return decision.error;
    int status = real(file)->pMethods->xSync(real(file), flags);
    if (status != SQLITE_OK || !opened(file)->flushes_folder) return status;
    opened(file)->flushes_folder = 0;
    return ask(opened(file)->seam, AC_SQLITE_FLUSH_FOLDER, opened(file)->path, NULL, 0, 0).error;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size) { return real(file)->pMethods->xFileSize(real(file), size); }
static int file_lock(sqlite3_file *file, int lock) { return real(file)->pMethods->xLock(real(file), lock); }
static int file_unlock(sqlite3_file *file, int lock) { return real(file)->pMethods->xUnlock(real(file), lock); }
static int file_check_lock(sqlite3_file *file, int *held) {
    return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
static int file_control(sqlite3_file *file, int operation, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int file_sector_size(sqlite3_file *file) { return real(file)->pMethods->xSectorSize(real(file)); }
static int file_characteristics(sqlite3_file *file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **memory) {
    return real(file)->pMethods->xShmMap(real(file), region, size, extend, memory);
}
static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void file_shm_barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }
static int file_shm_unmap(sqlite3_file *file, int delete) { return real(file)->pMethods->xShmUnmap(real(file), delete); }

// Version 2 leaves out memory-mapped pages, whose changes nobody could be asked about.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    return seam(vfs)->real->xAccess(seam(vfs)->real, path, flags, result);
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *opened_flags) {
    struct seam_file *wrapper = opened(file);
    wrapper->base.pMethods = NULL;
    wrapper->seam = seam(vfs);
    wrapper->path = flags & SQLITE_OPEN_DELETEONCLOSE ? NULL : path;
    wrapper->real = (sqlite3_file *)(wrapper + 1);
    wrapper->flushes_folder =
        flags & SQLITE_OPEN_CREATE && flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL);
    if (wrapper->path && flags & SQLITE_OPEN_CREATE) {
        int exists = 0;
        vfs_access(vfs, path, SQLITE_ACCESS_EXISTS, &exists);
        if (!exists) {
            struct ac_sqlite_decision decision = ask(seam(vfs), AC_SQLITE_CREATE, path, NULL, 0, 0);
            if (decision.error != SQLITE_OK) return decision.error;
        }
    }
    int status = seam(vfs)->real->xOpen(seam(vfs)->real, path, wrapper->real, flags, opened_flags);
    // A file that failed to open is closed all the same when it has methods (sqlite3_vfs.xOpen).
    if (wrapper->real->pMethods) wrapper->base.pMethods = &methods;
    return status;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int flush_folder) {
    int exists = 0;
    vfs_access(vfs, path, SQLITE_ACCESS_EXISTS, &exists);
    if (exists) {
        struct ac_sqlite_decision decision = ask(seam(vfs), AC_SQLITE_REMOVE, path, NULL, 0, 0);
        if (decision.error != SQLITE_OK) return decision.error;
    }
    int status = seam(vfs)->real->xDelete(seam(vfs)->real, path, flush_folder);
    if (status != SQLITE_OK || !flush_folder) return status;
    return ask(seam(vfs), AC_SQLITE_FLUSH_FOLDER, path, NULL, 0, 0).error;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *full) {
    return seam(vfs)->real->xFullPathname(seam(vfs)->real, path, size, full);
}
static int vfs_randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    return seam(vfs)->real->xRandomness(seam(vfs)->real, count, bytes);
}
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) { return seam(vfs)->real->xSleep(seam(vfs)->real, microseconds); }
static int vfs_time(sqlite3_vfs *vfs, double *time) { return seam(vfs)->real->xCurrentTime(seam(vfs)->real, time); }
static int vfs_error(sqlite3_vfs *vfs, int count, char *text) {
    return seam(vfs)->real->xGetLastError(seam(vfs)->real, count, text);
}
static int vfs_time64(sqlite3_vfs *vfs, sqlite3_int64 *time) {
    return seam(vfs)->real->xCurrentTimeInt64(seam(vfs)->real, time);
}

sqlite3_vfs *ac_sqlite_seam_open(ac_sqlite_decide decide, void *context) {
    if (sqlite3_initialize() != SQLITE_OK) return NULL;
    sqlite3_vfs *platform = sqlite3_vfs_find(NULL);
    struct seam *seam = platform ? calloc(1, sizeof *seam) : NULL;
    if (!seam) return NULL;
    snprintf(seam->name, sizeof seam->name, "aftercare-%p", (void *)seam);
    seam->real = platform;
    seam->decide = decide;
    seam->context = context;
    seam->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(struct seam_file) + platform->szOsFile,
        .mxPathname = platform->mxPathname,
        .zName = seam->name,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_error,
        .xCurrentTimeInt64 = vfs_time64,
    };
    if (sqlite3_vfs_register(&seam->vfs, 0) == SQLITE_OK) return &seam->vfs;
    free(seam);
    return NULL;
}

void ac_sqlite_seam_close(sqlite3_vfs *vfs) {
    sqlite3_vfs_unregister(vfs);
    free(vfs);
}
