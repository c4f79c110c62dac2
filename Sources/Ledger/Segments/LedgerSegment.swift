import Platform
package import SystemPackage

/// One file of entries, named by the sequence of its first line.
package struct LedgerSegment: Hashable, Sendable {
    package let first: UInt64
    package let path: FilePath

    init(first: UInt64, in folder: FilePath) {
        self.first = first
        path = folder.appending(Self.name(first: first))
    }

    package static func name(first: UInt64) -> String { "entries-\(Self.digits(first)).jsonl" }

    /// What the tree needs of all lines before this segment.
    static func sealName(first: UInt64) -> String { "sealed-\(digits(first)).json" }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 16 - text.count)) + text
    }

    /// All segments in a folder, oldest first.
    static func all(in folder: FilePath, storage: Storage) throws(StorageError) -> [LedgerSegment] {
        try storage.names(in: folder).compactMap { name in
            guard name.hasPrefix("entries-"), name.hasSuffix(".jsonl"),
                let first = UInt64(name.dropFirst(8).dropLast(6)), self.name(first: first) == name
            else { return nil }
            return LedgerSegment(first: first, in: folder)
        }.sorted { $0.first < $1.first }
    }
}
