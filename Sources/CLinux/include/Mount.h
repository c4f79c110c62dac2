#ifndef AFTERCARE_CLINUX_MOUNT_H
#define AFTERCARE_CLINUX_MOUNT_H

// A file system that is mounted nowhere, and what leaves it: open files, also for another process.

#include <stddef.h>
#include <stdint.h>

/// Mounts `source` read-only, without devices, programs and set-user-id, in no place of any namespace, and gives a descriptor of its
/// root. It is unmounted when the last descriptor of it and of its files is closed. `options` are `name` or `name=value` and end
/// with a null pointer (fsopen(2), fsmount(2); Linux 5.2).
int ac_mount_detached(const char *type, const char *source, const char *const *options);

/// Opens `path` below `folder`, through no link and no other mount (openat2(2), RESOLVE_BENEATH; Linux 5.6).
int ac_open_beneath(int folder, const char *path, int flags);

/// A socket of whole messages in order at `path`, whose name it makes, on which nobody but its owner can knock (unix(7), SOCK_SEQPACKET).
int ac_local_listen(const char *path);
int ac_local_connect(const char *path);

/// Takes a caller without waiting, and gives the caller's user (accept4(2), SO_PEERCRED).
int ac_local_accept(int socket, uint32_t *user);

/// Sends one message, with a descriptor unless that is negative (SCM_RIGHTS).
int ac_local_send(int socket, const void *bytes, size_t count, int descriptor);

/// Takes one message without waiting and gives its length; `descriptor` is -1 where none came with it.
int ac_local_receive(int socket, void *bytes, size_t room, int *descriptor);

#endif
