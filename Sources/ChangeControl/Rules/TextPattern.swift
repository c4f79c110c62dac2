import Documents

/// The form of a reference, such as `K#{6}`: one thing after the other, each with how often, and the whole text.
///
/// `#` is a digit, `.` any character, `[A-Z0-9-]` one of a set, `\` takes the next character as it is, and `{n}` or `{m,n}` after any
/// of them says how often. There are no alternatives and nothing nested: it is matched in one pass over the text, by the set of places
/// at which the pattern can be, so no text takes more than its length times the pattern's.
package struct TextPattern: Sendable, Equatable {
    /// The most bytes that a text may have which a pattern is asked about; a longer one does not match.
    package static let mostText = 1024
    /// The most places of a pattern, each repetition counted.
    package static let mostPlaces = 128

    package let source: String
    private let places: [Place]

    /// One character that may or must come.
    private struct Place: Sendable, Equatable {
        let set: CharacterSet
        let isOptional: Bool
    }

    private enum CharacterSet: Sendable, Equatable {
        case any
        case ranges([ClosedRange<Unicode.Scalar>])

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .any: true
            case .ranges(let ranges): ranges.contains { $0.contains(scalar) }
            }
        }
    }

    /// Says what is wrong with a pattern that cannot be read.
    package struct Malformed: Error, Equatable { package let reason: String }

    package init(_ source: String) throws(Malformed) {
        self.source = source
        var reader = Reader(source)
        places = try reader.places()
    }

    package func matches(_ text: String) -> Bool {
        guard text.utf8.count <= Self.mostText else { return false }
        // The places that may come next; the last one is the pattern's end.
        var reached = Array(repeating: false, count: places.count + 1)
        reached[0] = true
        skipOptional(&reached)
        for scalar in text.unicodeScalars {
            var next = Array(repeating: false, count: places.count + 1)
            for (index, place) in places.enumerated() where reached[index] && place.set.contains(scalar) {
                next[index + 1] = true
            }
            skipOptional(&next)
            reached = next
        }
        return reached[places.count]
    }

    private func skipOptional(_ reached: inout [Bool]) {
        for (index, place) in places.enumerated() where reached[index] && place.isOptional { reached[index + 1] = true }
    }
}

extension TextPattern {
    private struct Reader {
        private var rest: Substring.UnicodeScalarView

        init(_ source: String) { rest = Substring(source).unicodeScalars }

        mutating func places() throws(Malformed) -> [Place] {
            var places: [Place] = []
            while let scalar = rest.popFirst() {
                let set = try set(beginning: scalar)
                let (least, most) = try count()
                guard places.count + most <= TextPattern.mostPlaces else {
                    throw Malformed(reason: "is for more than \(TextPattern.mostPlaces) characters")
                }
                for number in 0..<most { places.append(Place(set: set, isOptional: number >= least)) }
            }
            guard !places.isEmpty else { throw Malformed(reason: "is an empty pattern") }
            return places
        }

        private mutating func set(beginning scalar: Unicode.Scalar) throws(Malformed) -> CharacterSet {
            switch scalar {
            case "#": return .ranges(["0"..."9"])
            case ".": return .any
            case "[": return .ranges(try ranges())
            case "\\": return .ranges([try escaped()])
            case "]", "{", "}": throw Malformed(reason: "has a '\(scalar)' that closes or counts nothing")
            case "*", "+", "?", "(", ")", "|", "^", "$":
                throw Malformed(reason: "has a '\(scalar)', which stands for itself only after a \\")
            default: return .ranges([scalar...scalar])
            }
        }

        private mutating func escaped() throws(Malformed) -> ClosedRange<Unicode.Scalar> {
            guard let scalar = rest.popFirst() else { throw Malformed(reason: "ends in a \\") }
            return scalar...scalar
        }

        private mutating func ranges() throws(Malformed) -> [ClosedRange<Unicode.Scalar>] {
            var ranges: [ClosedRange<Unicode.Scalar>] = []
            while let scalar = rest.popFirst() {
                if scalar == "]" {
                    guard !ranges.isEmpty else { throw Malformed(reason: "has a set without characters") }
                    return ranges
                }
                let first = scalar == "\\" ? try escaped().lowerBound : scalar
                // A hyphen at the end of a set is one of its characters.
                guard rest.first == "-", rest.dropFirst().first != "]" else {
                    ranges.append(first...first)
                    continue
                }
                rest.removeFirst()
                guard let last = rest.popFirst(), first <= last else {
                    throw Malformed(reason: "has a range that is the wrong way round")
                }
                ranges.append(first...last)
            }
            throw Malformed(reason: "has a set that is not closed")
        }

        private mutating func count() throws(Malformed) -> (least: Int, most: Int) {
            guard rest.first == "{" else { return (1, 1) }
            rest.removeFirst()
            var text = ""
            while let scalar = rest.popFirst(), scalar != "}" { text.unicodeScalars.append(scalar) }
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(numbers.count), let least = numbers[0], let most = numbers[numbers.count - 1],
                least >= 0, most >= max(least, 1), most <= TextPattern.mostPlaces
            else { throw Malformed(reason: "has '{\(text)}', which is no number from 1 to \(TextPattern.mostPlaces)") }
            return (least, most)
        }
    }
}
