import Documents
import Platform
package import Vocabulary

/// The head of a ledger's tree at a size, as a C2SP tlog-checkpoint with its signatures.
package struct Checkpoint: Hashable, Sendable {
    /// One line of a signed note: who says so, and what key bytes and signature follow.
    package struct Signature: Hashable, Sendable {
        package let name: String
        /// The first four bytes, which tell the key.
        package let keyID: [UInt8]
        package let bytes: [UInt8]

        package init(name: String, keyID: [UInt8], bytes: [UInt8]) {
            self.name = name
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    package let origin: String
    /// How many lines of the ledger it covers.
    package let size: UInt64
    package let root: Digest
    package internal(set) var signatures: [Signature]

    package init(origin: String, size: UInt64, root: Digest, signatures: [Signature] = []) {
        self.origin = origin
        self.size = size
        self.root = root
        self.signatures = signatures
    }
}

extension Checkpoint {
    package static let noteLimit = 16384
    package static let signatureLimit = 16

    /// What is signed: origin, size and root, a line each.
    package var text: [UInt8] { Array("\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n".utf8) }

    /// The note: the text, an empty line, the signatures.
    package var note: String {
        String(decoding: text, as: UTF8.self) + "\n" + signatures.map(\.line).joined()
    }

    /// Reads a note; `docs/ledger.md` says what its form is.
    package init(note: String) throws(LedgerError) {
        guard note.utf8.count <= Self.noteLimit else {
            throw .malformedNote("it is longer than \(Self.noteLimit) bytes")
        }
        let bytes = Array(note.utf8)
        guard bytes.last == UInt8(ascii: "\n") else { throw .malformedNote("its last line is not ended") }
        let lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 5, !lines[0].isEmpty else { throw .malformedNote("it lacks lines") }
        guard let size = UInt64(lines[1]), String(size) == lines[1], size <= UInt64(JSON.largestInteger) else {
            throw .malformedNote("its size is no decimal number")
        }
        guard let root = Base64.strict(lines[2]).flatMap({ Digest(bytes: $0) }) else {
            throw .malformedNote("its root is not the base64 of 32 bytes")
        }
        guard lines[3].isEmpty else { throw .malformedNote("it has lines of an extension") }
        let signatures = try Self.signatures(lines[4...])
        self.init(origin: lines[0], size: size, root: root, signatures: signatures)
    }

    /// Reads signature lines, as they stand in a note and as witnesses answer.
    static func signatures(_ lines: some Collection<String>) throws(LedgerError) -> [Signature] {
        guard 1...signatureLimit ~= lines.count else { throw .malformedNote("it has \(lines.count) signatures") }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Signature(line) else { throw .malformedNote("a signature line has another form") }
            signatures.append(signature)
        }
        return signatures
    }
}

extension Checkpoint.Signature {
    private static let dash = Array("\u{2014} ".utf8)

    /// The line with its end.
    package var line: String { "\u{2014} \(name) \(Base64.encode(keyID + bytes))\n" }

    fileprivate init?(_ line: String) {
        let bytes = Array(line.utf8)
        guard bytes.starts(with: Self.dash) else { return nil }
        let parts = bytes.dropFirst(Self.dash.count).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[0].contains(UInt8(ascii: "+")),
            let signature = Base64.strict(String(decoding: parts[1], as: UTF8.self)), signature.count >= 5
        else { return nil }
        self.init(
            name: String(decoding: parts[0], as: UTF8.self), keyID: Array(signature.prefix(4)),
            bytes: Array(signature.dropFirst(4)))
    }
}

extension Base64 {
    /// Decodes what encoding would give again, and nothing else.
    static func strict(_ text: String) -> [UInt8]? {
        guard let bytes = decode(text), encode(bytes) == text else { return nil }
        return bytes
    }
}
