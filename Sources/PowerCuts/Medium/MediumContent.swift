import Foundation
import Platform
package import SystemPackage
package import Vocabulary

/// The files that a medium holds, by name, and its folders.
package struct MediumContent: Equatable, Sendable {
    package var files: [String: [UInt8]] = [:]
    package var folders: Set<String> = []

    /// What is empty again after every start, or made by it and not by the agent: see `SimulatedMachine.boot`.
    static let volatile: Set<String> = ["run", "root", "cmdline", "boot-id", "watchdog"]

    static func isVolatile(_ name: String) -> Bool { volatile.contains(String(name.prefix { $0 != "/" })) }

    /// Every line of the ledger that is here, oldest first.
    package var ledgerLines: [[UInt8]] {
        segments.flatMap { name in (files[name] ?? []).split(separator: 0x0A).map(Array.init) }
    }

    /// Whether the newest of these lines has no end.
    var isLedgerTorn: Bool { segments.last.flatMap { files[$0]?.last }.map { $0 != 0x0A } ?? false }

    private var segments: [String] { files.keys.filter { $0.hasPrefix("state/ledger/entries-") }.sorted() }

    package init() {}

    /// What lies in a folder, or in one below it.
    package init(of folder: FilePath, below name: String = "") throws {
        try read(name.isEmpty ? folder : folder.pushing(FilePath(name)), name, Storage())
    }

    private mutating func read(_ path: FilePath, _ name: String, _ storage: Storage) throws {
        for entry in try storage.names(in: path) {
            let (path, name) = (path.appending(entry), name.isEmpty ? entry : "\(name)/\(entry)")
            if Self.volatile.contains(name) { continue }
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder)
            if isFolder.boolValue {
                folders.insert(name)
                try read(path, name, storage)
            } else {
                files[name] = try storage.read(path, limit: 1 << 28)
            }
        }
    }

    /// Tells one content from another.
    package var digest: Digest {
        var text: [UInt8] = []
        for name in files.keys.sorted() {
            text += Array(name.utf8) + [0]
            text += SHA256.digest(of: files[name] ?? []).bytes
        }
        for name in folders.sorted() { text += Array(name.utf8) + [0] }
        return SHA256.digest(of: text)
    }
}
