#ifndef AFTERCARE_CSQLITE_H
#define AFTERCARE_CSQLITE_H

// SQLite as Swift can call it: the library's header, what its casts and variadic calls hide from Swift, and a seam below it.

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/// Binds a copy of `text` (SQLITE_TRANSIENT is a cast of -1 to a function pointer).
int ac_sqlite_bind_text(sqlite3_stmt *_Nonnull statement, int index, const char *_Nonnull text, int length);

/// Binds a copy of `bytes`; no bytes at all are an empty blob, not NULL.
int ac_sqlite_bind_blob(sqlite3_stmt *_Nonnull statement, int index, const void *_Nullable bytes, int length);

/// Makes a connection distrust what it opens: defensive, no trusted schema, no double-quoted strings, foreign keys on
/// (sqlite3_db_config is variadic).
int ac_sqlite_harden(sqlite3 *_Nonnull connection);

/// A change that SQLite is about to make to a file.
enum ac_sqlite_operation {
    AC_SQLITE_CREATE,
    AC_SQLITE_WRITE,
    AC_SQLITE_TRUNCATE,
    AC_SQLITE_FLUSH,
    AC_SQLITE_REMOVE,
    /// The folder of the file; SQLite does it with a removal and with the first flush of a log, and it is told right after.
    AC_SQLITE_FLUSH_FOLDER,
};

/// What becomes of it: `error` is 0 to go ahead or the SQLite result to report; then the first `keeping` bytes are still written.
struct ac_sqlite_decision {
    int error;
    size_t keeping;
};

/// Asked before every change; `offset` is the new size for a truncation, `bytes` is null but for a write.
typedef struct ac_sqlite_decision (*ac_sqlite_decide)(
    void *_Nonnull context, enum ac_sqlite_operation operation, const char *_Nonnull path, const void *_Nullable bytes,
    size_t count, int64_t offset);

/// A virtual file system that asks `decide` before each change and then has the platform's own one make it.
/// Null when memory is gone. Its `zName` is its own, so several can be registered at once.
sqlite3_vfs *_Nullable ac_sqlite_seam_open(ac_sqlite_decide _Nonnull decide, void *_Nonnull context);

/// Ends a seam, after every connection through it is closed.
void ac_sqlite_seam_close(sqlite3_vfs *_Nonnull seam);

#endif
