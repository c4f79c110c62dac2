import Foundation
import Glibc
import SystemPackage

/// A group of processes that together may have so much memory (cgroups(7), version 1 or 2).
final class MemoryLimit: Sendable {
    private static let roots = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"]

    /// Whether this machine lets a test bound the memory of its processes.
    static let isAvailable: Bool = (try? MemoryLimit(megabytes: 64)) != nil

    private let folder: String
    private let limit: String

    init(megabytes: Int) throws {
        let name = "aftercare-\(UUID().uuidString)"
        let places = Self.roots.flatMap { root in
            ["memory.limit_in_bytes", "memory.max"].map { (folder: "\(root)/\(name)", limit: $0) }
        }
        let found = places.first { place in
            guard geteuid() == 0 else { return false }
            mkdir(place.folder, 0o755)
            let isThere = FileManager.default.fileExists(atPath: "\(place.folder)/\(place.limit)")
            if !isThere { rmdir(place.folder) }
            return isThere
        }
        guard let found else { throw Errno.notSupported }
        (folder, limit) = found
        try set(bytes: megabytes << 20)
    }

    deinit { rmdir(folder) }

    func set(bytes: Int) throws {
        let file = try FileDescriptor.open("\(folder)/\(limit)", .writeOnly)
        defer { try? file.close() }
        try file.writeAll(Array("\(bytes)".utf8))
    }

    /// Leaves no more than is used now.
    func tighten() throws {
        guard limit != "memory.max" else { return try set(bytes: used("memory.current")) }
        // Version 1 gives back what can be given back, and refuses a limit that is still too low.
        var bytes = try used("memory.usage_in_bytes")
        while (try? set(bytes: bytes)) != nil { bytes -= 1 << 20 }
    }

    private func used(_ name: String) throws -> Int {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        return Int(text.filter(\.isNumber)) ?? 0
    }

    /// What a shell does to be one of the group.
    var joining: String { "echo $$ > '\(folder)/cgroup.procs'\nexec" }
}
