package import Documents
import Platform
package import Vocabulary

/// What a fact about the configuration is of: an image, a file, a package.
package struct Subject: Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case image, file, package
        /// The agent's own memory of what was measured before.
        case baseline
    }

    package let kind: Kind
    package let name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// Reads what `description` wrote.
    package init?(_ text: String) {
        guard let space = text.firstIndex(of: " "), let kind = Kind(rawValue: String(text[..<space])) else {
            return nil
        }
        self.init(kind, String(text[text.index(after: space)...]))
    }

    /// A file by its path, in which every byte that is no printable text is written as `\xNN`, and `\` as `\\`.
    package static func file(_ path: [UInt8]) -> Subject { Subject(.file, escaped(path)) }

    package var description: String { "\(kind.rawValue) \(name)" }

    package static func < (left: Subject, right: Subject) -> Bool {
        left.kind == right.kind
            ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : left.kind.rawValue < right.kind.rawValue
    }

    static func escaped(_ bytes: [UInt8]) -> String {
        // Most paths are of such characters only.
        if bytes.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x5C }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.map { $0 < 0x80 ? escaped(Unicode.Scalar($0)) : hexadecimal($0) }.joined()
        }
        return text.unicodeScalars.map(escaped).joined()
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let text = String(scalar)
        if scalar == "\\" { return "\\\\" }
        return text.printable() == text ? text : text.utf8.map(hexadecimal).joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String { "\\x" + Hex.encode([byte]) }
}

/// What was measured of a subject, or what is expected of it: then what is nil is not compared.
package struct Fingerprint: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case image, file, folder, link, fifo, socket, package
        case blockDevice = "block-device"
        case characterDevice = "character-device"
        /// Where another file system begins; what is in it is not measured.
        case mount
        /// It is there and could not be measured; why is a problem of the measurement.
        case unreadable

        init(_ kind: FileStatus.Kind) {
            switch kind {
            case .regular: self = .file
            case .folder: self = .folder
            case .link: self = .link
            case .fifo: self = .fifo
            case .socket: self = .socket
            case .blockDevice: self = .blockDevice
            case .characterDevice: self = .characterDevice
            }
        }
    }

    package var kind: Kind?
    package var mode: UInt32?
    package var user: UInt32?
    package var group: UInt32?
    package var size: UInt64?
    package var digest: Digest?
    /// Where a link leads, or which version a package has.
    package var text: String?

    package init(
        _ kind: Kind? = nil, size: UInt64? = nil, digest: Digest? = nil, text: String? = nil
    ) {
        (self.kind, self.size, self.digest, self.text) = (kind, size, digest, text)
    }

    /// What a file is, without its content.
    init(_ status: FileStatus) {
        kind = Kind(status.kind)
        (mode, user, group) = (status.mode, status.user, status.group)
    }

    package var isEmpty: Bool { self == Fingerprint() }

    /// Whether it is what `self`, taken as an expectation, wants.
    package func accepts(_ found: Fingerprint) -> Bool { differences(to: found).isEmpty }

    /// Each part in which `found` is not what is expected, in words: `mode 0644 → 0666`.
    package func differences(to found: Fingerprint) -> [String] {
        func octal(_ mode: UInt32) -> String {
            let digits = String(mode, radix: 8)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        func difference<Value: Equatable>(
            _ name: String, _ expected: Value?, _ found: Value?, _ text: (Value) -> String
        ) -> String? {
            guard let expected, expected != found else { return nil }
            let values = "\(text(expected)) → \(found.map(text) ?? "none")"
            return name.isEmpty ? values : "\(name) \(values)"
        }
        if let kind, kind != found.kind { return ["\(kind.rawValue) → \(found.kind?.rawValue ?? "none")"] }
        return [
            difference(kind == .link ? "target" : "", text, found.text) { $0.printable(limit: 128) },
            difference("size", size, found.size) { String($0) },
            difference("content", digest, found.digest) { String($0.hex.prefix(12)) },
            difference("mode", mode, found.mode, octal),
            difference("owner", user, found.user) { String($0) },
            difference("group", group, found.group) { String($0) },
        ].compactMap { $0 }
    }

    /// The same with whatever `signed` says.
    package func overlaid(by signed: Fingerprint) -> Fingerprint {
        if let kind = signed.kind, kind != self.kind { return signed }
        var merged = self
        merged.kind = signed.kind ?? kind
        merged.mode = signed.mode ?? mode
        merged.user = signed.user ?? user
        merged.group = signed.group ?? group
        merged.size = signed.size ?? (signed.digest == nil ? size : nil)
        merged.digest = signed.digest ?? digest
        merged.text = signed.text ?? text
        return merged
    }
}

extension Fingerprint {
    package var json: JSON {
        .members([
            "kind": kind.map { .string($0.rawValue) }, "mode": mode.map { .number($0) },
            "uid": user.map { .number($0) }, "gid": group.map { .number($0) }, "size": size.map { .number($0) },
            "sha256": digest.map { .string($0.hex) },
            (kind == .package ? "version" : "target"): text.map { .string($0) },
        ])
    }

    package init?(_ value: JSON) {
        guard case .object = value else { return nil }
        self.init()
        if let kind = value["kind"] {
            guard let known = kind.string.flatMap(Kind.init) else { return nil }
            self.kind = known
        }
        mode = value["mode"]?.integer.map { UInt32(clamping: $0) }
        user = value["uid"]?.integer.map { UInt32(clamping: $0) }
        group = value["gid"]?.integer.map { UInt32(clamping: $0) }
        size = value["size"]?.integer.map { UInt64(clamping: $0) }
        digest = value["sha256"]?.string.flatMap(Digest.init(hex:))
        text = value["version"]?.string ?? value["target"]?.string
    }
}

/// A subject and what it was measured to be.
package struct Item: Hashable, Sendable {
    package let subject: Subject
    package let fingerprint: Fingerprint

    package init(_ subject: Subject, _ fingerprint: Fingerprint) {
        self.subject = subject
        self.fingerprint = fingerprint
    }

    /// The one line that stands for it (RFC 8785), without its end.
    package var line: [UInt8] {
        guard case .object(var members) = fingerprint.json else { return [] }
        members["subject"] = .string(subject.description)
        return JSON.object(members).canonicalBytes
    }

    package init?(line: some Collection<UInt8>) {
        guard let value = try? JSONReader.read(Array(line), limit: 1 << 16),
            let subject = value["subject"]?.string.flatMap({ Subject($0) }), let fingerprint = Fingerprint(value)
        else { return nil }
        self.init(subject, fingerprint)
    }
}
