/// The type of a value on the bus (D-Bus Specification, "Type System"); its description is the signature.
package indirect enum BusType: Sendable, Hashable, CustomStringConvertible {
    case byte, boolean, int16, uint16, int32, uint32, int64, uint64, double
    case string, path, signature, descriptor, variant
    case array(BusType)
    /// Keys are basic types.
    case dictionary(BusType, BusType)
    case structure([BusType])

    package var description: String {
        switch self {
        case .array(let element): "a\(element)"
        case .dictionary(let key, let value): "a{\(key)\(value)}"
        case .structure(let fields): "(\(fields.signature))"
        default: Self.letters.first { $0.value == self }.map { String($0.key) } ?? ""
        }
    }

    /// Reads a signature of any number of complete types, within the specification's limits.
    package static func list(_ signature: String) throws(BusError) -> [BusType] {
        var reader = SignatureReader(rest: Substring(signature))
        guard signature.utf8.count <= 255, let types = reader.types(until: nil, depth: 0), reader.rest.isEmpty else {
            throw .malformed("signature '\(signature)'", reason: "it is not made of complete types")
        }
        return types
    }

    var isBasic: Bool {
        switch self {
        case .variant, .array, .dictionary, .structure: false
        default: true
        }
    }

    fileprivate static let letters: [Character: BusType] = [
        "y": .byte, "b": .boolean, "n": .int16, "q": .uint16, "i": .int32, "u": .uint32, "x": .int64, "t": .uint64,
        "d": .double, "s": .string, "o": .path, "g": .signature, "h": .descriptor, "v": .variant,
    ]
}

extension [BusType] {
    package var signature: String { map(\.description).joined() }
}

private struct SignatureReader {
    // The specification allows 32 arrays and 32 structures in each other.
    private static let depthLimit = 64

    var rest: Substring

    mutating func types(until end: Character?, depth: Int) -> [BusType]? {
        var types: [BusType] = []
        while rest.first != end {
            guard let type = type(depth: depth) else { return nil }
            types.append(type)
        }
        if end != nil { rest.removeFirst() }
        return types
    }

    private mutating func type(depth: Int) -> BusType? {
        guard depth < Self.depthLimit, let letter = rest.popFirst() else { return nil }
        switch letter {
        case "a":
            guard rest.first == "{" else { return type(depth: depth + 1).map { .array($0) } }
            rest.removeFirst()
            guard let pair = types(until: "}", depth: depth + 1), pair.count == 2, pair[0].isBasic else { return nil }
            return .dictionary(pair[0], pair[1])
        case "(":
            guard let fields = types(until: ")", depth: depth + 1), !fields.isEmpty else { return nil }
            return .structure(fields)
        default: return BusType.letters[letter]
        }
    }
}
