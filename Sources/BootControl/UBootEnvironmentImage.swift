import Platform

/// One copy of U-Boot's environment: a CRC-32, in redundant ones a counter, and `name=value` entries that end in NUL.
///
/// The CRC covers everything after the header; two NULs end the entries (U-Boot's `include/env_internal.h`).
struct UBootEnvironmentImage: Equatable {
    let bytes: [UInt8]
    private let isRedundant: Bool
    private let entries: [[UInt8]]

    /// Why bytes are no environment.
    enum Flaw: Error, Equatable {
        case checksum
        case full(needed: Int, available: Int)
    }

    static func headerSize(redundant: Bool) -> Int { redundant ? 5 : 4 }

    init(_ bytes: [UInt8], redundant: Bool) throws(Flaw) {
        let header = Self.headerSize(redundant: redundant)
        guard bytes.count > header + 1, CRC32.checksum(bytes[header...]) == Self.word(bytes) else { throw .checksum }
        self.bytes = bytes
        isRedundant = redundant
        var entries: [[UInt8]] = []
        for entry in bytes[header...].split(separator: 0, omittingEmptySubsequences: false) {
            if entry.isEmpty { break }
            entries.append(Array(entry))
        }
        self.entries = entries
    }

    /// A copy of `size` bytes with these variables and nothing else.
    init(_ variables: BootVariables, size: Int, counter: UInt8?) throws(Flaw) {
        let empty = [UInt8](repeating: 0, count: size)
        let entries = variables.map { Array("\($0)=\($1)".utf8) }
        let bytes = try Self.encode(entries, over: empty, oldEnd: size, counter: counter)
        try self.init(bytes, redundant: counter != nil)
    }

    /// The counter of a redundant copy, which tells the newer one.
    var counter: UInt8 { isRedundant ? bytes[4] : 0 }

    /// Whether U-Boot takes this copy, the first one, rather than `second` (`env_check_redund`).
    func isPreferred(to second: UBootEnvironmentImage) -> Bool {
        switch (counter, second.counter) {
        case (255, 0): false
        case (0, 255): true
        default: counter >= second.counter
        }
    }

    func variables(_ names: [String]) -> BootVariables {
        var variables: BootVariables = [:]
        for entry in entries {
            guard let name = Self.name(of: entry), names.contains(name) else { continue }
            variables[name] = String(decoding: entry.dropFirst(name.utf8.count + 1), as: UTF8.self)
        }
        return variables
    }

    /// The same environment with other values for `names`, with the next counter if it is redundant.
    ///
    /// Sorted by name as U-Boot saves it, which puts ours in front; bytes behind the entries stay as they are.
    func setting(_ variables: BootVariables, in names: [String]) throws(Flaw) -> UBootEnvironmentImage {
        let ours = Set(names)
        var entries = entries.filter { !ours.contains(Self.name(of: $0) ?? "") }
        for name in names {
            if let value = variables[name] { entries.append(Array("\(name)=\(value)".utf8)) }
        }
        let oldEnd = Self.headerSize(redundant: isRedundant) + self.entries.reduce(1) { $0 + $1.count + 1 }
        let bytes = try Self.encode(
            entries, over: bytes, oldEnd: oldEnd, counter: isRedundant ? counter &+ 1 : nil)
        return try UBootEnvironmentImage(bytes, redundant: isRedundant)
    }

    private static func encode(
        _ entries: [[UInt8]], over old: [UInt8], oldEnd: Int, counter: UInt8?
    ) throws(Flaw) -> [UInt8] {
        let header = headerSize(redundant: counter != nil)
        var content: [UInt8] = []
        // A stable order: of two entries of one name the later one counts, and must stay the later one.
        let sorted = entries.enumerated().sorted { left, right in
            let (one, other) = (left.element.prefix { $0 != 61 }, right.element.prefix { $0 != 61 })
            return one == other ? left.offset < right.offset : one.lexicographicallyPrecedes(other)
        }
        for (_, entry) in sorted { content += entry + [0] }
        content.append(0)
        guard header + content.count <= old.count else {
            throw .full(needed: header + content.count, available: old.count)
        }
        let stale = max(0, min(oldEnd, old.count) - header - content.count)
        content += [UInt8](repeating: 0, count: stale)
        content += old[(header + content.count)...]
        let checksum = CRC32.checksum(content[...])
        let word = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
        return word + (counter.map { [$0] } ?? []) + content
    }

    private static func word(_ bytes: [UInt8]) -> UInt32 {
        bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func name(of entry: [UInt8]) -> String? {
        entry.firstIndex(of: UInt8(ascii: "=")).map { String(decoding: entry[..<$0], as: UTF8.self) }
    }
}
