#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// After fork in a process with threads only async-signal-safe calls are allowed: what follows is system calls and
// nothing else. The ids are set by raw calls because glibc's wrappers would signal threads that the child does not
// have.

struct report {
    int stage;
    int error;
    int isolation;
};

static void fail(int channel, int stage) {
    struct report report = {.stage = stage, .error = errno};
    ssize_t ignored = write(channel, &report, sizeof report);
    (void)ignored;
    _exit(127);
}

static int limit(int resource, uint64_t value) {
    if (value == 0) return 0;
    struct rlimit own;
    if (getrlimit(resource, &own) < 0) return -1;
    // Where we ourselves have less than that, a child has no more: raising it would be refused.
    if (own.rlim_max < value) value = own.rlim_max;
    struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(resource, &limit);
}

// Every mount read-only, /tmp too. Undone by nothing: the namespace goes with its last process.
static int isolate_files(void) {
    if (unshare(CLONE_NEWNS) < 0) return -1;
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -1;
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes);
}

static int isolate(int wanted) {
    int granted = 0;
    if ((wanted & AC_ISOLATE_NETWORK) && unshare(CLONE_NEWNET) == 0) granted |= AC_ISOLATE_NETWORK;
    if ((wanted & AC_ISOLATE_FILES) && isolate_files() == 0) granted |= AC_ISOLATE_FILES;
    return granted;
}

static void child(const struct ac_spawn *what, int channel, pid_t parent) {
    setsid();
    // By raw calls, because glibc keeps signals 32 and 33 for itself and would leave them ignored if they came so. All
    // zero is the default action in the kernel's own structure on every architecture.
    static const uint64_t standard[8];
    for (int signal = 1; signal < NSIG; signal++) syscall(SYS_rt_sigaction, signal, standard, NULL, 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    // Moved out of the way first, in case the parent itself runs with 0, 1 or 2 closed.
    channel = fcntl(channel, F_DUPFD_CLOEXEC, 10);
    int input = fcntl(what->input, F_DUPFD, 10), output = fcntl(what->output, F_DUPFD, 10);
    int error = fcntl(what->error, F_DUPFD, 10);
    if (channel < 0) _exit(127);
    if (input < 0 || output < 0 || error < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0)
        fail(channel, AC_SPAWN_PROCESS);
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0) fail(channel, AC_SPAWN_PROCESS);

    struct report report = {.isolation = isolate(what->isolation)};
    if (chdir(what->folder) < 0) fail(channel, AC_SPAWN_FOLDER);
    struct rlimit no_core = {0, 0};
    if (setrlimit(RLIMIT_CORE, &no_core) < 0 || limit(RLIMIT_CPU, what->processor_seconds) < 0
        || limit(RLIMIT_AS, what->memory) < 0 || limit(RLIMIT_NOFILE, what->open_files) < 0
        || limit(RLIMIT_FSIZE, what->file_size) < 0)
        fail(channel, AC_SPAWN_LIMITS);
    if (what->change_user) {
        gid_t group = what->group;
        uid_t user = what->user;
        if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, group, group, group) < 0
            || syscall(SYS_setresuid, user, user, user) < 0)
            fail(channel, AC_SPAWN_USER);
    }
    if (what->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(channel, AC_SPAWN_USER);
    // Dies with the thread that waits for it, so that an agent that is killed leaves no child. Setting the ids clears
    // it.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent) fail(channel, AC_SPAWN_PROCESS);

    if (write(channel, &report, sizeof report) != sizeof report) _exit(127);
    execve(what->program, what->arguments, what->environment);
    fail(channel, AC_SPAWN_PROGRAM);
}

static int read_report(int channel, struct report *report) {
    ssize_t count;
    do {
        count = read(channel, report, sizeof *report);
    } while (count < 0 && errno == EINTR);
    return count == sizeof *report;
}

int ac_spawn(const struct ac_spawn *what, struct ac_spawned *spawned) {
    spawned->stage = AC_SPAWN_PROCESS;
    int channel[2];
    if (pipe2(channel, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    // No handler of the parent's may run in the child before it has put them back.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = fork();
    int error = errno;
    if (process == 0) child(what, channel[1], parent);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(channel[1]);
    if (process < 0) {
        close(channel[0]);
        return -error;
    }

    struct report started = {.stage = AC_SPAWN_PROCESS, .error = ECHILD}, failed;
    int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    if (descriptor < 0) {
        started.error = errno;
        kill(process, SIGKILL);
    } else if (read_report(channel[0], &started) && started.stage == 0 && read_report(channel[0], &failed)) {
        started = failed;
    }
    close(channel[0]);
    if (started.stage == 0) {
        *spawned = (struct ac_spawned){process, descriptor, started.isolation, 0};
        return 0;
    }
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {
    }
    if (descriptor >= 0) close(descriptor);
    spawned->stage = started.stage;
    return -started.error;
}

int ac_child_end(int descriptor, int reap, int *status) {
    siginfo_t info;
    int outcome;
    do {
        memset(&info, 0, sizeof info);
        outcome = waitid(P_PIDFD, (id_t)descriptor, &info, reap ? WEXITED : WEXITED | WNOHANG | WNOWAIT);
    } while (outcome < 0 && errno == EINTR);
    if (outcome < 0) return -errno;
    if (info.si_pid == 0) return 0;
    *status = info.si_status;
    return info.si_code == CLD_EXITED ? 1 : 2;
}

int ac_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int ac_event(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int ac_memory_file(void) {
    int descriptor = memfd_create("aftercare", MFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}
