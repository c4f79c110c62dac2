package import Platform

/// A peripheral's no: of a group's own kind (SMP v2), or one of the general kind (`rc`).
package struct SMPRefusal: Sendable, Equatable, CustomStringConvertible {
    /// The group whose numbers these are; nil for the general ones.
    package let group: Int?
    package let number: Int
    /// What the peripheral says to it.
    package let reason: String?

    package init(group: Int?, number: Int, reason: String? = nil) {
        self.group = group
        self.number = number
        self.reason = reason
    }

    /// Nil for an answer that is no refusal.
    package init?(_ answer: CBOR) {
        if let error = answer["err"], let number = error["rc"]?.integer, number != 0 {
            self.init(group: error["group"]?.integer ?? -1, number: number)
        } else if let number = answer["rc"]?.integer, number != 0 {
            self.init(group: nil, number: number, reason: answer["rsn"]?.text.map { String($0.prefix(120)) })
        } else {
            return nil
        }
    }

    /// Whether the peripheral does not know the command, or not in this version of the protocol.
    var isUnsupported: Bool { group == nil && [8, 12, 13].contains(number) }

    package var description: String {
        let name = name.map { " (\($0))" } ?? ""
        let own = group.map { "error \(number) of group \($0)" } ?? "error \(number)"
        return own + name + (reason.map { ", '\($0)'" } ?? "")
    }

    private var name: String? {
        switch group {
        case nil: Self.general.indices.contains(number) ? Self.general[number] : nil
        case 0: Self.system.indices.contains(number) ? Self.system[number] : nil
        case 1: Self.image.indices.contains(number) ? Self.image[number] : nil
        default: nil
        }
    }

    private static let general = [
        "ok", "unknown", "no memory", "invalid value", "timed out", "no such entry", "not in this state",
        "too large", "not supported", "corrupt", "busy", "access denied", "protocol too old", "protocol too new",
    ]

    private static let system = [
        "ok", "unknown", "invalid format", "query not known", "clock not set", "clock failed", "time before 1970",
    ]

    private static let image = [
        "ok", "unknown", "no flash configuration", "no image", "no TLVs", "invalid TLV", "several hashes",
        "TLV of wrong size", "hash not found", "no free slot", "flash open failed", "flash read failed",
        "flash write failed", "flash erase failed", "invalid slot", "no free memory", "flash context set already",
        "flash context not set", "no flash device", "invalid page", "offset missing", "length missing",
        "shorter than a header", "wrong magic", "invalid hash", "wrong flash address", "version not found",
        "running version is newer", "image pending already", "invalid vector table", "too large for the slot",
        "more data than announced", "confirmation denied", "test of the active image denied",
    ]
}
