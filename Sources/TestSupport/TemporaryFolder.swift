import Foundation
package import SystemPackage

/// A folder of a test's own, removed with its owner.
package final class TemporaryFolder: Sendable {
    package let path: FilePath

    /// One in memory, below `TMPDIR` if that is there, flushes at once: for tests that flush thousands of times and simulate what
    /// a flush is for.
    package init(inMemory: Bool = false) throws {
        let (memory, usual) = (URL(fileURLWithPath: "/dev/shm"), FileManager.default.temporaryDirectory)
        let isMemoryThere = FileManager.default.isWritableFile(atPath: memory.path)
        let isInMemory = usual.path.hasPrefix(memory.path + "/")
        let parent = inMemory && isMemoryThere && !isInMemory ? memory : usual
        let url = parent.appendingPathComponent("aftercare-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    package func file(_ name: String) -> FilePath { path.appending(name) }

    package func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name).string) }

    /// Writes a file, with the folders above it, and gives its path.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) throws -> FilePath {
        let target = file(name)
        try FileManager.default.createDirectory(
            atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: target.string))
        return target
    }

    @discardableResult
    package func write(_ name: String, _ text: String) throws -> FilePath { try write(name, Array(text.utf8)) }

    package func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: file(name).string)))
    }
}
