import CLinux
import Glibc
package import SystemPackage

/// Tries whether something answers at an address, and sends nothing that could change anything there.
///
/// All calls block, for at most the time they are given.
package enum ConnectionProbe {
    package enum Answer: Sendable, Equatable {
        /// A connection came about, from this address of the device's.
        case connected(from: String, milliseconds: Int)
        /// The machine is there and nothing listens.
        case refused
        /// Nothing came back.
        case silent
        /// The device or a router on the way knows no way there.
        case unreachable(Errno)
    }

    /// Opens a TCP connection and closes it.
    package static func tcp(_ address: NetworkAddress, port: UInt16, within time: Duration) -> Answer {
        let start = ContinuousClock.now
        let descriptor = ac_connect(address.text, port, 0)
        guard descriptor >= 0 else { return answer(Errno(rawValue: -descriptor)) }
        defer { close(descriptor) }
        guard wait(descriptor, POLLOUT, until: start + time) else { return .silent }
        let error = ac_socket_error(descriptor)
        guard error == 0 else { return answer(Errno(rawValue: -error)) }
        return .connected(
            from: localAddress(descriptor), milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1)))
    }

    /// Sends one datagram and gives what comes back, of at most 4096 bytes; an empty one when nothing is asked.
    package static func udp(
        _ message: [UInt8], to address: NetworkAddress, port: UInt16, within time: Duration
    ) -> Result<[UInt8], DatagramError> {
        let deadline = ContinuousClock.now + time
        let descriptor = ac_connect(address.text, port, 1)
        guard descriptor >= 0 else { return .failure(.unreachable(Errno(rawValue: -descriptor))) }
        defer { close(descriptor) }
        guard send(descriptor, message, message.count, CInt(MSG_NOSIGNAL)) == message.count else {
            return .failure(.unreachable(Errno(rawValue: errno)))
        }
        guard wait(descriptor, POLLIN, until: deadline) else { return .failure(.silent) }
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &room, room.count, 0)
        guard count >= 0 else {
            let error = Errno(rawValue: errno)
            return .failure(error == .connectionRefused ? .refused : .unreachable(error))
        }
        return .success(Array(room[..<count]))
    }

    package enum DatagramError: Error, Equatable {
        case silent
        case refused
        case unreachable(Errno)
    }

    private static func answer(_ error: Errno) -> Answer {
        switch error {
        case .connectionRefused, .connectionReset: .refused
        case .timedOut: .silent
        default: .unreachable(error)
        }
    }

    private static func wait(_ descriptor: CInt, _ events: CInt, until deadline: ContinuousClock.Instant) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&wanted, 1, milliseconds(until: deadline))
            if count > 0 { return true }
            if count == 0 { return false }
            guard errno == EINTR else { return false }
        }
    }

    private static func localAddress(_ descriptor: CInt) -> String {
        var text = [CChar](repeating: 0, count: Int(AC_ADDRESS_SIZE))
        return ac_local_address(descriptor, &text) == 0 ? string(text) : ""
    }
}
