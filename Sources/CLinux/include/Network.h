#ifndef AFTERCARE_CLINUX_NETWORK_H
#define AFTERCARE_CLINUX_NETWORK_H

// Internet addresses as text: sockaddr is a family of structures told apart by a member, which Swift could only reach by
// casting pointers.

#include <stdint.h>

/// Room for an address with its scope: `fe80::1%eth0`.
enum { AC_ADDRESS_SIZE = 64, AC_ADDRESS_LIMIT = 64 };

/// One address of one interface; `flags` are IFF_ of net/if.h.
struct ac_interface_address {
    char name[16];
    char text[AC_ADDRESS_SIZE];
    int prefix;
    uint32_t flags;
};

/// Lists addresses, at most `limit`, and gives how many (getifaddrs).
int ac_interface_addresses(struct ac_interface_address *addresses, int limit);

/// The bytes of an address, 4 or 16 of them, whose count it gives; 0 for what is no address.
int ac_address_bytes(const char *text, uint8_t bytes[16]);

/// The text of an address of 4 or 16 bytes (inet_ntop).
int ac_address_text(const uint8_t *bytes, int count, char text[AC_ADDRESS_SIZE]);

/// Looks up a name and gives how many addresses it has, each in AC_ADDRESS_SIZE bytes of `texts`. Blocks as long as the resolver
/// likes. A failure is EAI_ of netdb.h, which
/// are negative; with EAI_SYSTEM, `error` says more (getaddrinfo).
int ac_resolve(const char *name, char *texts, int limit, int *error);

/// A socket that begins to connect to an address, or gives why it cannot; it never blocks (socket, connect).
int ac_connect(const char *address, uint16_t port, int datagrams);

/// What became of it: 0, or the error that is pending (SO_ERROR).
int ac_socket_error(int descriptor);

/// The device's own address on this connection (getsockname).
int ac_local_address(int descriptor, char text[AC_ADDRESS_SIZE]);

#endif
