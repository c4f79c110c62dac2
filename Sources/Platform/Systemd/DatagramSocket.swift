import Glibc

/// A socket that sends whole messages to one Unix address and never waits: what does not fit now is not sent.
final class DatagramSocket: Sendable {
    private let descriptor: CInt
    private let address: [UInt8]

    /// Nil when `path` is no Unix socket address: absolute, or `@name` for an abstract one, of at most 107 bytes.
    init?(_ path: String) {
        var name = Array(path.utf8)
        guard let first = name.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), name.count < 108,
            !name.contains(0)
        else { return nil }
        if first == UInt8(ascii: "@") { name[0] = 0 }
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // Room for what journald reads late, as systemd's own library asks for.
        var size: CInt = 8 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        let family = sa_family_t(AF_UNIX)
        address = withUnsafeBytes(of: family) { Array($0) } + name
    }

    deinit { close(descriptor) }

    /// Sends one message; false when nobody took it.
    func send(_ message: [UInt8]) -> Bool {
        let sent = address.withUnsafeBytes { address in
            message.withUnsafeBytes { message in
                guard let address = address.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
                return sendto(
                    descriptor, message.baseAddress, message.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL),
                    address, socklen_t(self.address.count))
            }
        }
        return sent == message.count
    }
}
