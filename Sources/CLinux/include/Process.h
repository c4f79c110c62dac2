#ifndef AFTERCARE_CLINUX_PROCESS_H
#define AFTERCARE_CLINUX_PROCESS_H

// A child process in a session of its own, begun between fork and exec, where only C may run.

#include <stdint.h>
#include <sys/types.h>

/// What a child is kept apart from; bits of `isolation`.
enum {
    /// A mount namespace in which every file system is read-only; devices and sockets still take what is written to
    /// them.
    AC_ISOLATE_FILES = 1,
    /// A network namespace that has no interface up, not even the loopback.
    AC_ISOLATE_NETWORK = 2,
};

/// Where a child stood when it could not be started.
enum {
    AC_SPAWN_PROCESS = 1,
    AC_SPAWN_LIMITS = 2,
    AC_SPAWN_USER = 3,
    AC_SPAWN_FOLDER = 4,
    AC_SPAWN_PROGRAM = 5,
};

/// What to start; a limit of 0 leaves what the parent has.
struct ac_spawn {
    const char *program;
    char *const *arguments;
    char *const *environment;
    const char *folder;
    int input, output, error;
    int change_user;
    uint32_t user, group;
    int no_new_privileges;
    int isolation;
    uint64_t processor_seconds, memory, open_files, file_size;
};

/// What was started: its process and session number, a pidfd, and the isolation that the kernel granted.
struct ac_spawned {
    pid_t process;
    int descriptor;
    int isolation;
    int stage;
};

/// Starts a child. On failure gives a negative errno, with the stage it stood at, and leaves no child behind.
int ac_spawn(const struct ac_spawn *what, struct ac_spawned *spawned);

/// Says how the child behind a pidfd ended: 1 and its exit status, 2 and its signal, 0 while it runs.
/// With `reap` it waits for the end and frees the process number; without, it does neither.
int ac_child_end(int descriptor, int reap, int *status);

/// A pipe that no other child inherits (pipe2 needs _GNU_SOURCE): the reading end, then the writing one.
int ac_pipe(int ends[2]);

/// A counter that wakes a poll (eventfd).
int ac_event(void);

/// A nameless file in memory (memfd_create).
int ac_memory_file(void);

#endif
