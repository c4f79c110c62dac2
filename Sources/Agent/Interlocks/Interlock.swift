package import Platform
package import SystemPackage

/// A reason not to restart now.
///
/// Whatever cannot be told counts as one.
package protocol Interlock: Sendable {
    /// The reasons that hold at this moment, each a clause for a person; empty means free.
    func reasons() async -> [String]
}

/// A file that the clinical application keeps locked while the device must not restart (fcntl(2) or flock(2) locks).
///
/// The kernel's table of locks is read: taking the lock to see whether it is free could make the application's own attempt fail.
package struct LockFileInterlock: Interlock {
    private static let tableLimit = 4 << 20

    private let path: FilePath
    private let storage: Storage
    private let table: FilePath

    package init(path: FilePath, storage: Storage, table: FilePath = "/proc/locks") {
        self.path = path
        self.storage = storage
        self.table = table
    }

    package func reasons() async -> [String] {
        // No file means that the application never ran here and so holds nothing.
        guard storage.exists(path) else { return [] }
        guard let identity = FileIdentity(path), let locks = try? storage.read(table, limit: Self.tableLimit) else {
            return ["it cannot be told whether '\(path)' is locked"]
        }
        // "1: FLOCK  ADVISORY  WRITE 2012 fe:00:7602277 0 EOF"; a waiter has "->" before its kind and holds nothing.
        let isHeld = String(decoding: locks, as: UTF8.self).split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.contains { $0 == identity.lockTableKey } && !fields.contains("->")
        }
        return isHeld ? ["'\(path)' is locked by its owner"] : []
    }
}
