import Foundation
import SystemPackage

/// A script of the other side that says one line when it is ready, and ends with its owner.
package final class PythonPeer: Sendable {
    package let firstLine: String
    private let lifeline = Pipe()
    private let folder: TemporaryFolder

    /// The script ends when its standard input does.
    package init(_ script: String, _ arguments: [String] = []) throws {
        folder = try TemporaryFolder()
        let path = try folder.write("peer.py", script)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-I", "-S", path.string] + arguments
        let output = Pipe()
        process.standardInput = lifeline
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        firstLine = String(line.prefix { $0 != "\n" })
        guard !firstLine.isEmpty else { throw Errno.connectionRefused }
    }

    deinit { try? lifeline.fileHandleForWriting.close() }
}
