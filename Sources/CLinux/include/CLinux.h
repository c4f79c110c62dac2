#ifndef AFTERCARE_CLINUX_H
#define AFTERCARE_CLINUX_H

// What Linux offers only through macros, variadic calls or numbers that Swift does not import.
// Every function returns 0 (or a count) on success and a negative errno on failure, so that no caller reads errno late.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "Devices.h"
#include "Mount.h"
#include "Network.h"
#include "Process.h"
#include "Serial.h"

/// The time of `clock` (clock_gettime): several modules declare timespec, and which of them owns it for Swift varies.
int ac_clock(int clock, int64_t *seconds, int64_t *nanoseconds);

/// The size in bytes of the block device behind `descriptor` (ioctl BLKGETSIZE64).
int ac_block_device_size(int descriptor, uint64_t *size);

/// The logical sector size of the block device behind `descriptor` (ioctl BLKSSZGET).
int ac_block_device_sector_size(int descriptor, uint32_t *size);

/// Has the block device write zeros itself where it can (ioctl BLKZEROOUT).
int ac_block_device_zero(int descriptor, uint64_t offset, uint64_t length);

/// Has the file system fill a range of a file with zeros without growing it (fallocate needs _GNU_SOURCE).
int ac_file_zero(int descriptor, uint64_t offset, uint64_t length);

/// Drops the cached pages of a block device after they were flushed (ioctl BLKFLSBUF).
int ac_block_device_drop_cache(int descriptor);

/// Opens `path` with `flags` and `mode` (open is variadic).
int ac_open(const char *path, int flags, unsigned mode);

/// A second descriptor for the same open file, closed on exec (fcntl is variadic).
int ac_duplicate(int descriptor);

/// Takes or releases an advisory lock on the open file description (fcntl F_OFD_SETLK is variadic). 0 releases, 1 shared, 2 exclusive.
int ac_lock(int descriptor, int kind);

/// Sets or clears direct I/O on an open descriptor (fcntl F_SETFL is variadic).
int ac_set_direct(int descriptor, int direct);

/// The two halves of a device number (major and minor are macros).
unsigned ac_device_major(uint64_t device);
unsigned ac_device_minor(uint64_t device);

/// Names the calling thread, at most 15 bytes (prctl is variadic).
void ac_name_thread(const char *name);

/// Has the calling thread run only where nothing else wants the processor (SCHED_IDLE) or the medium (the idle I/O class).
/// Gives the bits of what was granted: 1 the processor, 2 the medium.
int ac_yield_to_all(void);

/// Opens a name in the folder behind `folder` (openat is variadic); -ELOOP for a symbolic link.
int ac_open_at(int folder, const char *name, int flags);

/// What a name in the folder behind `folder` is, links not followed; an empty name means the descriptor itself.
struct ac_status {
    uint32_t mode, user, group;
    uint64_t device, inode, size;
    /// When content and when anything last changed, in nanoseconds.
    int64_t modified, changed;
};
int ac_status_at(int folder, const char *name, struct ac_status *status);

/// Has all threads allocate from one arena, and large blocks go back when they are freed (glibc's mallopt).
int ac_allocate_from_one_arena(void);

/// Gives free memory inside the heap back to the kernel (glibc's malloc_trim).
void ac_return_free_memory(void);

#endif
