package import Platform
package import SystemPackage
import Vocabulary

/// Room on the medium that is given up when the disk is full, so that the reason of a failure can still be written
/// down.
package struct SpaceReserve: Sendable {
    /// Thousands of ledger entries, and little on any medium.
    private static let byteCount = 1 << 20

    private let path: FilePath
    private let storage: Storage

    package init(path: FilePath, storage: Storage) {
        self.path = path
        self.storage = storage
    }

    /// Whether more room would help: no block or no file is left, for a file or for SQLite.
    static func isFor(_ fault: any Fault) -> Bool { [1002, 1022].contains(fault.code.rawValue) }

    /// Takes the room again, if it is there to be taken.
    package func fill() {
        if let size = try? storage.open(path, .read).size(), size == Self.byteCount { return }
        // Written and not just reserved: some file systems promise blocks that they do not have.
        try? storage.replace(path, with: [UInt8](repeating: 0xA5, count: Self.byteCount))
    }

    /// Gives the room up; false if it was given up before.
    package func release() -> Bool {
        guard storage.exists(path) else { return false }
        do { try storage.remove(path) } catch { return false }
        return true
    }
}
