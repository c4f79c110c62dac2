package import Documents

/// Any answer as names and values, for what the console does not know by heart: members are only ever added.
package enum DetailsText {
    private static let depthLimit = 6

    package static func table(_ value: JSON, width: Int? = nil) -> String {
        TextLayout.table(rows(value, depth: 0), width: width)
    }

    private static func rows(_ value: JSON, depth: Int) -> [[String]] {
        let indent = String(repeating: "  ", count: depth)
        guard case .object(let members) = value, depth < depthLimit else { return [[indent, text(value)]] }
        return members.keys.sorted().flatMap { key -> [[String]] in
            let name = indent + words(key)
            switch members[key] {
            case .object(let inner)? where !inner.isEmpty:
                return [[name, ""]] + rows(.object(inner), depth: depth + 1)
            case .array(let elements)? where elements.contains { if case .object = $0 { true } else { false } }:
                return elements.enumerated().flatMap { number, element in
                    [["\(name) \(number + 1)", ""]] + rows(element, depth: depth + 1)
                }
            case let member?: return [[name, text(member)]]
            case nil: return []
            }
        }
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        case .null: "-"
        case .array(let elements): elements.isEmpty ? "none" : elements.map(text).joined(separator: ", ")
        default: value.canonicalText
        }
    }

    /// `manifestDigest` and `opening-value` as people write them.
    private static func words(_ key: String) -> String {
        var words = ""
        for character in key {
            switch character {
            case "-", "_": words.append(" ")
            case _ where character.isUppercase && words.last?.isLowercase == true:
                words += " " + character.lowercased()
            default: words.append(character)
            }
        }
        return words
    }
}
