#define _GNU_SOURCE
#include "Mount.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int set(int context, const char *option) {
    char name[64];
    const char *value = strchr(option, '=');
    size_t length = value ? (size_t)(value - option) : strlen(option);
    if (length >= sizeof name) return -1;
    memcpy(name, option, length);
    name[length] = 0;
    return value ? fsconfig(context, FSCONFIG_SET_STRING, name, value + 1, 0)
                 : fsconfig(context, FSCONFIG_SET_FLAG, name, NULL, 0);
}

int ac_mount_detached(const char *type, const char *source, const char *const *options) {
    int context = fsopen(type, FSOPEN_CLOEXEC);
    if (context < 0) return -errno;
    int failed = fsconfig(context, FSCONFIG_SET_STRING, "source", source, 0) < 0 ||
                 fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0;
    for (; !failed && *options != NULL; options++) failed = set(context, *options) < 0;
    failed = failed || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0;
    int root = failed ? -1
                      : fsmount(context, FSMOUNT_CLOEXEC,
                                MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    int status = root < 0 ? -errno : root;
    close(context);
    return status;
}

int ac_open_beneath(int folder, const char *path, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
    };
    long status = syscall(SYS_openat2, folder, path, &how, sizeof how);
    return status < 0 ? -errno : (int)status;
}

static int name(const char *path, struct sockaddr_un *address) {
    if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    strcpy(address->sun_path, path);
    return 0;
}

int ac_local_listen(const char *path) {
    struct sockaddr_un address;
    int status = name(path, &address);
    if (status < 0) return status;
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    unlink(path);
    // The mode that bind makes the name with (unix(7), "Pathname socket ownership and permissions").
    if (fchmod(descriptor, 0600) < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(descriptor, 1) < 0) {
        status = -errno;
        close(descriptor);
        return status;
    }
    return descriptor;
}

int ac_local_connect(const char *path) {
    struct sockaddr_un address;
    int status = name(path, &address);
    if (status < 0) return status;
    int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        status = -errno;
        close(descriptor);
        return status;
    }
    return descriptor;
}

int ac_local_accept(int socket, uint32_t *user) {
    int descriptor = accept4(socket, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
        int status = -errno;
        close(descriptor);
        return status;
    }
    *user = credentials.uid;
    return descriptor;
}

int ac_local_send(int socket, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(head), &descriptor, sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int ac_local_receive(int socket, void *bytes, size_t room, int *descriptor) {
    struct iovec part = {.iov_base = bytes, .iov_len = room};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *descriptor = -1;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (count < 0) return -errno;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof(int))) {
        memcpy(descriptor, CMSG_DATA(head), sizeof(int));
    }
    // The kernel closed what did not fit; a message that did not fit is none.
    if (message.msg_flags & MSG_TRUNC) {
        if (*descriptor >= 0) close(*descriptor);
        *descriptor = -1;
        return -EMSGSIZE;
    }
    return (int)count;
}
