package import Platform
package import SystemPackage
package import Vocabulary

/// A firmware file for MCUboot, its header and TLVs read and its hash computed.
///
/// The format is that of MCUboot's docs/design.md, "Image format".
package struct MCUbootImage: Sendable, Equatable {
    /// More than any microcontroller's slot has.
    package static let largest = 64 << 20

    package let version: MCUbootVersion
    /// The SHA-256 that the image carries, which is also what a peripheral calls it by.
    package let hash: Digest
    package let bytes: [UInt8]

    private static let headerSize = 32

    /// Takes a whole file; `name` is the peripheral's it is for, and stands in messages.
    package init(_ bytes: [UInt8], for name: String) throws(PeripheralError) {
        guard bytes.count <= Self.largest else {
            throw Self.malformed(name, "has \(bytes.count) bytes, which is too large")
        }
        guard bytes.count >= Self.headerSize else { throw Self.malformed(name, "is shorter than a header") }
        guard bytes.number(at: 0, 4) == 0x96F3_B83D else {
            throw Self.malformed(name, "does not begin as MCUboot's do")
        }
        let header = bytes.number(at: 8, 2)
        let protected = bytes.number(at: 10, 2)
        let body = bytes.number(at: 12, 4)
        guard header >= Self.headerSize else { throw Self.malformed(name, "has a header of \(header) bytes") }
        guard header + body + protected + 4 <= bytes.count else {
            throw Self.malformed(name, "ends before the \(header + body + protected) bytes that it announces")
        }
        version = MCUbootVersion(
            major: bytes.number(at: 20, 1), minor: bytes.number(at: 21, 1), revision: bytes.number(at: 22, 2),
            build: bytes.number(at: 24, 4))
        if protected > 0 {
            let end = try Self.entries(bytes, at: header + body, magic: 0x6908, name) { _, _ in }
            guard end == header + body + protected else {
                throw Self.malformed(name, "has protected TLVs of another size than it announces")
            }
        }
        let signed = header + body + protected
        var hashes: [Digest] = []
        let end = try Self.entries(bytes, at: signed, magic: 0x6907, name) { kind, range in
            if kind == 0x10, let hash = Digest(bytes: bytes[range]) { hashes.append(hash) }
        }
        // Padding carries MCUboot's own trailer, with which an upload would switch over by itself.
        guard end == bytes.count else { throw Self.malformed(name, "has \(bytes.count - end) bytes behind its TLVs") }
        guard let hash = hashes.first, hashes.count == 1 else {
            throw Self.malformed(name, "carries \(hashes.count) SHA-256 hashes, not one")
        }
        let computed = bytes.withBytes { SHA256.digest(of: UnsafeRawBufferPointer(rebasing: $0[..<signed])) }
        guard computed == hash else { throw .imageHashWrong(name, holds: hash, computed: computed) }
        self.hash = hash
        self.bytes = bytes
    }

    private static func malformed(_ name: String, _ reason: String) -> PeripheralError {
        .imageMalformed(name, reason: reason)
    }

    /// Reads a whole file, which must not be larger than any slot.
    package static func read(
        _ path: FilePath, in storage: Storage, for name: String
    ) throws(PeripheralError) -> MCUbootImage {
        let bytes: [UInt8]
        do throws(StorageError) { bytes = try storage.read(path, limit: largest) } catch {
            throw .imageUnreadable(name, error)
        }
        return try MCUbootImage(bytes, for: name)
    }

    /// Goes through one table of type, length and value, and gives where it ends.
    private static func entries(
        _ bytes: [UInt8], at start: Int, magic: Int, _ name: String, _ visit: (_ kind: Int, _ range: Range<Int>) -> Void
    ) throws(PeripheralError) -> Int {
        guard start + 4 <= bytes.count, bytes.number(at: start, 2) == magic else {
            throw malformed(name, "has no TLVs at byte \(start)")
        }
        let end = start + bytes.number(at: start + 2, 2)
        guard end <= bytes.count, end >= start + 4 else { throw malformed(name, "ends within its TLVs") }
        var offset = start + 4
        while offset < end {
            guard offset + 4 <= end else { throw malformed(name, "ends within a TLV") }
            let value = offset + 4..<offset + 4 + bytes.number(at: offset + 2, 2)
            guard value.upperBound <= end else { throw malformed(name, "ends within a TLV") }
            visit(bytes.number(at: offset, 2), value)
            offset = value.upperBound
        }
        return end
    }
}

extension [UInt8] {
    /// A little-endian number of `count` bytes, which are there.
    fileprivate func number(at offset: Int, _ count: Int) -> Int {
        self[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

/// A version as MCUboot's images carry it, and as peripherals say it: `1.2.3`, with `.4` or `+4` for the build.
package struct MCUbootVersion: Sendable, Hashable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let revision: Int
    package let build: Int

    package init(major: Int, minor: Int, revision: Int, build: Int = 0) {
        self.major = major
        self.minor = minor
        self.revision = revision
        self.build = build
    }

    /// Nil for anything but three or four numbers.
    package init?(_ text: String) {
        let numbers = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "+" }.map { UInt32($0) }
        guard numbers.count == 3 || numbers.count == 4, !numbers.contains(nil) else { return nil }
        let known = numbers.map { Int($0 ?? 0) }
        self.init(major: known[0], minor: known[1], revision: known[2], build: known.count == 4 ? known[3] : 0)
    }

    package var description: String { "\(major).\(minor).\(revision)" + (build == 0 ? "" : "+\(build)") }
}
