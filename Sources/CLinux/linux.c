#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <malloc.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static int result(int value) { return value < 0 ? -errno : value; }

int ac_clock(int clock, int64_t *seconds, int64_t *nanoseconds) {
    struct timespec time = {0};
    int status = result(clock_gettime(clock, &time));
    *seconds = time.tv_sec;
    *nanoseconds = time.tv_nsec;
    return status;
}

int ac_block_device_size(int descriptor, uint64_t *size) { return result(ioctl(descriptor, BLKGETSIZE64, size)); }

int ac_block_device_sector_size(int descriptor, uint32_t *size) {
    int bytes = 0;
    int status = result(ioctl(descriptor, BLKSSZGET, &bytes));
    *size = (uint32_t)bytes;
    return status;
}

int ac_block_device_zero(int descriptor, uint64_t offset, uint64_t length) {
    uint64_t range[2] = {offset, length};
    return result(ioctl(descriptor, BLKZEROOUT, range));
}

int ac_file_zero(int descriptor, uint64_t offset, uint64_t length) {
    return result(fallocate(descriptor, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)length));
}

int ac_block_device_drop_cache(int descriptor) { return result(ioctl(descriptor, BLKFLSBUF, 0)); }

int ac_open(const char *path, int flags, unsigned mode) { return result(open(path, flags, (mode_t)mode)); }

int ac_duplicate(int descriptor) { return result(fcntl(descriptor, F_DUPFD_CLOEXEC, 3)); }

int ac_lock(int descriptor, int kind) {
    struct flock lock = {.l_whence = SEEK_SET};
    lock.l_type = kind == 0 ? F_UNLCK : kind == 1 ? F_RDLCK : F_WRLCK;
    return result(fcntl(descriptor, F_OFD_SETLK, &lock));
}

int ac_set_direct(int descriptor, int direct) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    flags = direct ? (flags | O_DIRECT) : (flags & ~O_DIRECT);
    return result(fcntl(descriptor, F_SETFL, flags));
}

unsigned ac_device_major(uint64_t device) { return major(device); }
unsigned ac_device_minor(uint64_t device) { return minor(device); }

void ac_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int ac_yield_to_all(void) {
    struct sched_param none = {0};
    int granted = sched_setscheduler(0, SCHED_IDLE, &none) == 0 ? 1 : 0;
    // For IOPRIO_WHO_PROCESS and 0 the kernel takes the calling thread (ioprio_set(2)).
    if (syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0)) == 0) granted |= 2;
    return granted;
}

int ac_open_at(int folder, const char *name, int flags) { return result(openat(folder, name, flags)); }

static int64_t nanoseconds(struct timespec time) { return time.tv_sec * 1000000000LL + time.tv_nsec; }

int ac_status_at(int folder, const char *name, struct ac_status *status) {
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0) return -errno;
    *status = (struct ac_status){
        .mode = found.st_mode,
        .user = found.st_uid,
        .group = found.st_gid,
        .device = found.st_dev,
        .inode = found.st_ino,
        .size = (uint64_t)found.st_size,
        .modified = nanoseconds(found.st_mtim),
        .changed = nanoseconds(found.st_ctim),
    };
    return 0;
}

int ac_allocate_from_one_arena(void) {
    // Setting the two thresholds also ends their growth with what was freed (mallopt(3)).
    int is_one = mallopt(M_ARENA_MAX, 1);
    return is_one && mallopt(M_MMAP_THRESHOLD, 128 * 1024) && mallopt(M_TRIM_THRESHOLD, 256 * 1024) ? 0 : -EINVAL;
}

void ac_return_free_memory(void) { malloc_trim(0); }
