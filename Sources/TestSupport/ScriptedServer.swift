import Glibc
import Platform
import Synchronization
import Vocabulary

/// A server on this machine that says what it is told to, whatever it is asked: each connection the next answer, and then it hangs up.
package final class ScriptedServer: Sendable {
    package let address: String
    private let listener: CInt
    private let answers = Mutex<[[UInt8]]>([])

    package init() throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &place) { bytes -> CInt in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
            guard bind(listener, address, length) == 0, listen(listener, 16) == 0 else { return -1 }
            return getsockname(listener, address, &length)
        }
        guard status == 0 else { throw Failure(number: errno) }
        self.listener = listener
        address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))/file"
        BlockingThread.start("scripted server") { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                Self.answer(self?.next() ?? [], on: connection)
            }
        }
    }

    deinit {
        // A listener that is only closed goes on waiting in the thread that accepts.
        shutdown(listener, CInt(SHUT_RDWR))
        close(listener)
    }

    /// What the next connections are told, one after the other; those beyond them get nothing.
    package func say(_ answers: [[UInt8]]) { self.answers.withLock { $0 = answers } }

    private func next() -> [UInt8] { answers.withLock { $0.isEmpty ? [] : $0.removeFirst() } }

    private static func answer(_ bytes: [UInt8], on connection: CInt) {
        defer { close(connection) }
        var heard: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4096)
        while !heard.contains([0x0D, 0x0A, 0x0D, 0x0A]), heard.count < 65536 {
            let count = recv(connection, &room, room.count, 0)
            guard count > 0 else { return }
            heard += room[..<count]
        }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
        shutdown(connection, CInt(SHUT_WR))
    }
}

private struct Failure: Error {
    let number: CInt
}
