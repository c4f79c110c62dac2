import Foundation
import Platform
package import SystemPackage

/// Another process that holds a lock on a file, as a clinical program does while a patient is connected.
package final class LockHolder: Sendable {
    private let lifeline: Pipe

    /// Returns once the lock is held; `call` is the function of Python's `fcntl` that takes it: `flock` or `lockf`.
    package static func hold(_ path: FilePath, with call: String = "flock") async throws -> LockHolder {
        try await BlockingThread.run("lock holder") { try LockHolder(path, call) }
    }

    private init(_ path: FilePath, _ call: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-I", "-S", "-c", Self.script, path.string, call]
        let (lifeline, output) = (Pipe(), Pipe())
        process.standardInput = lifeline
        process.standardOutput = output
        try process.run()
        self.lifeline = lifeline
        guard output.fileHandleForReading.availableData.starts(with: Data("held".utf8)) else {
            throw Errno.resourceTemporarilyUnavailable
        }
    }

    deinit { release() }

    /// Gives the lock back.
    package func release() { try? lifeline.fileHandleForWriting.close() }

    private static let script = """
        import fcntl, sys
        file = open(sys.argv[1], "r+b")
        getattr(fcntl, sys.argv[2])(file, fcntl.LOCK_EX)
        sys.stdout.write("held\\n"); sys.stdout.flush()
        sys.stdin.read()
        """
}
