import Documents
import Platform
import Vocabulary

/// A JSON object that carries its own digest, so that nothing in it changes unseen by accident.
struct Frame {
    static let limit = 1 << 20

    /// All members but the digest.
    let members: JSON

    init(_ members: JSON) { self.members = members }

    /// Reads the canonical form, with or without a line end; nothing is in it where that is damaged.
    init(_ bytes: [UInt8]) {
        members = Self.members(bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes) ?? [:]
    }

    /// The members of a line that is a frame, nil for anything else.
    static func members(_ line: [UInt8]) -> JSON? {
        guard let value = try? JSONReader.read(line, limit: limit), case .object(var members) = value,
            let digest = members.removeValue(forKey: "digest")?.string, value.canonicalBytes == line
        else { return nil }
        let rest = JSON.object(members)
        return SHA256.digest(of: rest.canonicalBytes).hex == digest ? rest : nil
    }

    /// The line that it is, with its end.
    var bytes: [UInt8] {
        guard case .object(var object) = members else { return [] }
        object["digest"] = .string(SHA256.digest(of: members.canonicalBytes).hex)
        return JSON.object(object).canonicalBytes + [UInt8(ascii: "\n")]
    }
}
