import Foundation
import Synchronization

/// Runs a program that a test uses as its oracle or its peer.
package enum Tool {
    package struct Result: Sendable {
        package let status: Int32
        package let output: [UInt8]
        package let error: String

        package var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// The Python that has the packages of `scripts/packages/python.txt`, which `scripts/test` installs.
    package static var python: String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/root")/.cache"
        return "\(cache)/aftercare/python/bin/python3"
    }

    /// Runs `arguments[0]`, found on the PATH, to its end; a status of 127 says that it is not installed.
    package static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], folder: String? = nil
    ) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let (standardInput, output, error) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = error
        try process.run()
        // Each pipe has its own reader: a program that fills one while we wait on another would hang us both.
        let collected = Mutex<(output: Data, error: Data)>((Data(), Data()))
        let readers = DispatchGroup()
        DispatchQueue.global().async(group: readers) {
            let bytes = output.fileHandleForReading.readDataToEndOfFile()
            collected.withLock { $0.output = bytes }
        }
        DispatchQueue.global().async(group: readers) {
            let bytes = error.fileHandleForReading.readDataToEndOfFile()
            collected.withLock { $0.error = bytes }
        }
        if !input.isEmpty { try? standardInput.fileHandleForWriting.write(contentsOf: Data(input)) }
        try? standardInput.fileHandleForWriting.close()
        readers.wait()
        process.waitUntilExit()
        return collected.withLock { result in
            Result(
                status: process.terminationStatus, output: Array(result.output),
                error: String(decoding: result.error, as: UTF8.self))
        }
    }
}
