import CLinux
import Glibc
import SystemPackage

/// The reading end of a child's output, with what came through it so far; closed with its owner.
final class OutputPipe {
    private let descriptor: FileDescriptor
    private var hasEnded = false
    private(set) var captured = Captured()

    private init(descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { try? descriptor.close() }

    /// A new pipe and the end that the child writes to, which the caller closes.
    static func open(_ program: String) throws(ProcessError) -> (OutputPipe, FileDescriptor) {
        var ends: [CInt] = [-1, -1]
        let status = ac_pipe(&ends)
        guard status == 0 else { throw .cannotStart(program, step: "its output", Errno(rawValue: -status)) }
        return (OutputPipe(descriptor: FileDescriptor(rawValue: ends[0])), FileDescriptor(rawValue: ends[1]))
    }

    /// What to poll: nothing after the end.
    var polled: CInt { hasEnded ? -1 : descriptor.rawValue }

    /// Reads once, after a poll said that this does not block; false where nothing came.
    @discardableResult
    func take(limit: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = buffer.withUnsafeMutableBytes { bytes in
            (try? descriptor.read(into: bytes, retryOnInterrupt: true)) ?? 0
        }
        if count == 0 { hasEnded = true }
        captured.take(buffer[0..<count], limit: limit)
        return count > 0
    }

    /// Takes what is in the pipe when its writer has ended.
    ///
    /// A writer that escaped could go on for ever: no more than a pipe holds is read.
    func drain(limit: Int) {
        for _ in 0..<16 {
            var wait = pollfd(fd: polled, events: Int16(POLLIN), revents: 0)
            guard !hasEnded, poll(&wait, 1, 0) > 0, take(limit: limit) else { return }
        }
    }
}
