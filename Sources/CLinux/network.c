#define _GNU_SOURCE
#include "Network.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int text_of(const struct sockaddr *address, char text[AC_ADDRESS_SIZE]) {
    socklen_t size = address->sa_family == AF_INET    ? sizeof(struct sockaddr_in)
                     : address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                      : 0;
    if (size == 0) return -EAFNOSUPPORT;
    return getnameinfo(address, size, text, AC_ADDRESS_SIZE, NULL, 0, NI_NUMERICHOST) == 0 ? 0 : -EINVAL;
}

static int bits(const struct sockaddr *mask) {
    const uint8_t *bytes;
    int count, total = 0;
    if (mask == NULL) return 0;
    if (mask->sa_family == AF_INET) {
        bytes = (const uint8_t *)&((const struct sockaddr_in *)mask)->sin_addr;
        count = 4;
    } else {
        bytes = (const uint8_t *)&((const struct sockaddr_in6 *)mask)->sin6_addr;
        count = 16;
    }
    for (int index = 0; index < count; index++) total += __builtin_popcount(bytes[index]);
    return total;
}

int ac_interface_addresses(struct ac_interface_address *addresses, int limit) {
    struct ifaddrs *list;
    if (getifaddrs(&list) < 0) return -errno;
    int count = 0;
    for (struct ifaddrs *entry = list; entry != NULL && count < limit; entry = entry->ifa_next) {
        if (entry->ifa_addr == NULL) continue;
        struct ac_interface_address *address = &addresses[count];
        memset(address, 0, sizeof *address);
        if (text_of(entry->ifa_addr, address->text) < 0) continue;
        snprintf(address->name, sizeof address->name, "%s", entry->ifa_name);
        address->prefix = bits(entry->ifa_netmask);
        address->flags = entry->ifa_flags;
        count++;
    }
    freeifaddrs(list);
    return count;
}

int ac_address_bytes(const char *text, uint8_t bytes[16]) {
    char plain[AC_ADDRESS_SIZE];
    size_t length = strcspn(text, "%");
    if (length >= sizeof plain) return 0;
    memcpy(plain, text, length);
    plain[length] = 0;
    if (inet_pton(AF_INET, plain, bytes) == 1) return 4;
    return inet_pton(AF_INET6, plain, bytes) == 1 ? 16 : 0;
}

int ac_address_text(const uint8_t *bytes, int count, char text[AC_ADDRESS_SIZE]) {
    return inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, text, AC_ADDRESS_SIZE) ? 0 : -errno;
}

int ac_resolve(const char *name, char *texts, int limit, int *error) {
    struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int status = getaddrinfo(name, NULL, &wanted, &list);
    *error = status == EAI_SYSTEM ? errno : 0;
    // A name without addresses, and one that is not there, come to the same.
    if (status == EAI_NODATA) return EAI_NONAME;
    if (status != 0) return status;
    int count = 0;
    for (struct addrinfo *entry = list; entry != NULL && count < limit; entry = entry->ai_next) {
        if (text_of(entry->ai_addr, texts + (size_t)count * AC_ADDRESS_SIZE) == 0) count++;
    }
    freeaddrinfo(list);
    return count;
}

int ac_connect(const char *address, uint16_t port, int datagrams) {
    struct addrinfo wanted = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                              .ai_socktype = datagrams ? SOCK_DGRAM : SOCK_STREAM};
    struct addrinfo *target;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    if (getaddrinfo(address, service, &wanted, &target) != 0) return -EINVAL;
    int descriptor = socket(target->ai_family, target->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int status = descriptor < 0 ? -errno : descriptor;
    if (descriptor >= 0 && connect(descriptor, target->ai_addr, target->ai_addrlen) < 0 && errno != EINPROGRESS) {
        status = -errno;
        close(descriptor);
    }
    freeaddrinfo(target);
    return status;
}

int ac_socket_error(int descriptor) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error;
}

int ac_local_address(int descriptor, char text[AC_ADDRESS_SIZE]) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) < 0) return -errno;
    return text_of((const struct sockaddr *)&address, text);
}
