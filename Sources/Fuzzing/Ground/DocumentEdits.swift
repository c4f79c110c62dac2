import Documents

/// Changes to a document, as an input spells them: a value in another's place, a member more or less, a list that is long.
///
/// Random bytes are hardly ever a document that is whole but for one thing; this is.
extension JSON {
    private static let editLimit = 16
    /// About as much as a reader takes, in bytes; more is made, and costs memory, for nothing.
    private static let weightLimit = 1_000_000
    private static let nodeWeight = 50

    func edited(by feed: inout Feed) -> JSON {
        var document = self
        for _ in 0..<Self.editLimit where !feed.isEmpty {
            let operation = feed.byte()
            guard document.weight < Self.weightLimit else { break }
            let size = document.nodeCount
            var place = feed.word() % size
            let other = document.node(feed.word() % size)
            document = document.replacing(&place) { $0.changed(by: operation, other, &feed) } ?? .null
        }
        return document
    }

    private var nodeCount: Int {
        switch self {
        case .array(let elements): elements.reduce(1) { $0 + $1.nodeCount }
        case .object(let members): members.values.reduce(1) { $0 + $1.nodeCount }
        default: 1
        }
    }

    /// What it takes written, about.
    private var weight: Int {
        switch self {
        case .array(let elements): elements.reduce(Self.nodeWeight) { $0 + $1.weight }
        case .object(let members): members.reduce(Self.nodeWeight) { $0 + $1.key.utf8.count + $1.value.weight }
        case .string(let text): Self.nodeWeight + text.utf8.count
        default: Self.nodeWeight
        }
    }

    private func node(_ number: Int) -> JSON {
        var (place, found) = (number, JSON.null)
        _ = replacing(&place) { node in
            found = node
            return node
        }
        return found
    }

    /// The document with another node in the place of the one with this number, in the order of reading.
    ///
    /// `place` is negative once that was found.
    private func replacing(_ place: inout Int, _ change: (JSON) -> JSON?) -> JSON? {
        let isHere = place == 0
        place -= 1
        if isHere { return change(self) }
        switch self {
        case .array(let elements):
            return .array(elements.compactMap { place < 0 ? $0 : $0.replacing(&place, change) })
        case .object(let members):
            var changed: [String: JSON] = [:]
            for key in members.keys.sorted() {
                guard let value = members[key] else { continue }
                changed[key] = place < 0 ? value : value.replacing(&place, change)
            }
            return .object(changed)
        default: return self
        }
    }

    /// This node after one edit; nil takes it away.
    private func changed(by operation: UInt8, _ other: JSON, _ feed: inout Feed) -> JSON? {
        switch operation % 14 {
        case 0: return nil
        case 1: return .null
        case 2: return .bool(feed.byte() & 1 == 1)
        case 3: return .integer(Int64(bitPattern: feed.number()) % (JSON.largestInteger + 1))
        case 4: return .integer(Int64(feed.byte()))
        case 5:
            let number = Double(bitPattern: feed.number())
            // No reader gives one between 2^53 and 10^21, which is less than 2^70.
            let isReadable = number.isFinite && !(53..<70).contains(number.exponent)
            return .decimal(isReadable ? number : 0.5)
        case 6: return .string(String(decoding: feed.piece(), as: UTF8.self))
        case 7: return .array([])
        case 8: return .object([:])
        case 9: return other
        case 10:
            // As long as the product's own limits may be, but not in all of its parts at once.
            return .array([JSON](repeating: self, count: min(feed.word() % 600, Self.weightLimit / weight)))
        case 11:
            guard case .object(var members) = self else { return .array([self, other]) }
            members[String(decoding: feed.piece(), as: UTF8.self)] = other
            return .object(members)
        case 12:
            guard case .array(let elements) = self else { return .object(["x-\(feed.byte())": self]) }
            return .array(elements + [other])
        default:
            guard case .string(let text) = self else { return .string(canonicalText) }
            return .string(String(decoding: Array(text.utf8).patched(by: &feed), as: UTF8.self))
        }
    }
}

/// A document that an input is, or makes of one that is whole.
enum DocumentInput {
    /// The text of a document, by two choices.
    ///
    /// Bit 0: edits of one of `templates` instead of text. Bit 1: the text is brought into canonical form.
    static func bytes(_ feed: inout Feed, _ choices: Choices, templates: [JSON]) -> [UInt8] {
        if choices.contains(.bit(0)), !templates.isEmpty {
            return templates[Int(feed.byte()) % templates.count].edited(by: &feed).canonicalBytes
        }
        let text = feed.remainder
        guard choices.contains(.bit(1)), let value = try? JSONReader.read(text, limit: 1 << 20) else { return text }
        return value.canonicalBytes
    }

    static func value(_ feed: inout Feed, _ choices: Choices, templates: [JSON]) -> JSON? {
        // Through its text, for what a reader refuses never gets further.
        try? JSONReader.read(bytes(&feed, choices, templates: templates), limit: 1 << 20)
    }
}
