import Foundation
import Glibc
import SystemPackage

/// The socket on which a service says that it is ready (sd_notify(3)).
final class NotifySocket: Sendable {
    let path: FilePath
    private let descriptor: CInt

    init(_ path: FilePath) throws(VirtualDeviceError) {
        self.path = path
        unlink(path.string)
        descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.string.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room else {
            throw .cannot(
                "listen at '\(path)'", reason: "the path is longer than \(room - 1) bytes; use a shorter folder")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw .cannot("listen at '\(path)'", reason: "\(Errno(rawValue: errno))") }
    }

    deinit { close(descriptor) }

    /// Gives every message to `body`, for as long as the process lives.
    func listen(_ body: @escaping @Sendable (String) -> Void) {
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count > 0 { body(String(decoding: buffer[0..<count], as: UTF8.self)) }
                if count < 0, errno != EINTR { return }
            }
        }
    }
}
