import Glibc

/// An extended regular expression (POSIX.1-2017 §9.4) that is searched in bytes nobody vouches for.
///
/// Intervals (`{2,9}`), back-references, a repetition of a repetition (`a++`, undefined in §9.4.6) and what repeats too much in
/// groups are not taken: with them a short pattern can cost any time or memory. `^` and `$` stand at the ends of lines.
package struct TextPattern: Sendable, Hashable {
    package static let maximumLength = 256

    package let text: String

    /// More parts than this no pattern may come to when it is compiled.
    private static let weightLimit = 2048

    /// Nil for what does not compile, is longer than 256 bytes, or costs too much (above).
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.maximumLength, !bytes.contains(0) else { return nil }
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "{") { return nil }
            if bytes[index] == UInt8(ascii: "\\") {
                index += 1
                guard index < bytes.count, !(48...57).contains(bytes[index]) else { return nil }
            }
            index += 1
        }
        guard let weight = Self.weight(bytes[...]), weight <= Self.weightLimit else { return nil }
        guard Self.withExpression(text, { _ in true }) == true else { return nil }
        self.text = text
    }

    /// About how many parts it is compiled to; nil where a repetition is repeated.
    ///
    /// glibc compiles `a+` as `aa*`, so each `+` doubles what it repeats, and 60 of them in groups are more than any memory holds.
    private static func weight(_ pattern: ArraySlice<UInt8>) -> Int? {
        var (rest, groups, last, isRepeated) = (pattern, [0], 0, false)
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "+"):
                guard !isRepeated else { return nil }
                if byte == UInt8(ascii: "+") { groups[groups.count - 1] += last }
                isRepeated = true
                if groups[groups.count - 1] > weightLimit { return weightLimit + 1 }
                continue
            case UInt8(ascii: "("):
                groups.append(0)
                last = 0
            case UInt8(ascii: ")") where groups.count > 1:
                last = groups.removeLast() + 1
                groups[groups.count - 1] += last
            case UInt8(ascii: "\\"), UInt8(ascii: "["):
                if byte == UInt8(ascii: "[") { rest = afterBracket(rest) } else { _ = rest.popFirst() }
                last = 1
                groups[groups.count - 1] += last
            default:
                last = 1
                groups[groups.count - 1] += last
            }
            isRepeated = false
        }
        return groups.reduce(0, +)
    }

    /// What stands behind a bracket expression that has just begun (§9.3.5): its own brackets and a first `]` do not end it.
    private static func afterBracket(_ begun: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = begun
        if rest.first == UInt8(ascii: "^") { rest.removeFirst() }
        if rest.first == UInt8(ascii: "]") { rest.removeFirst() }
        while let byte = rest.popFirst(), byte != UInt8(ascii: "]") {
            guard byte == UInt8(ascii: "["), let kind = rest.first, ":.=".utf8.contains(kind) else { continue }
            rest.removeFirst()
            while let inner = rest.popFirst(), !(inner == kind && rest.first == UInt8(ascii: "]")) {}
            rest = rest.dropFirst()
        }
        return rest
    }

    /// The first place where the pattern matches: the whole of it, then each group, nil for one that took no part.
    package func firstMatch(in bytes: [UInt8]) -> [Range<Int>?]? {
        let found = Self.withExpression(text) { expression -> [Range<Int>?]? in
            var matches = [regmatch_t](repeating: regmatch_t(rm_so: -1, rm_eo: -1), count: expression.re_nsub + 1)
            matches[0] = regmatch_t(rm_so: 0, rm_eo: regoff_t(bytes.count))
            // REG_STARTEND gives the length, so that a zero byte does not hide what follows it.
            let status = (bytes + [0]).withUnsafeBufferPointer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { text in
                    text.baseAddress.map { regexec(&expression, $0, matches.count, &matches, REG_STARTEND) }
                }
            }
            guard status == 0 else { return nil }
            return matches.map { $0.rm_so < 0 ? nil : Int($0.rm_so)..<Int($0.rm_eo) }
        }
        return found ?? nil
    }

    private static func withExpression<Result>(_ text: String, _ body: (inout regex_t) -> Result) -> Result? {
        var expression = regex_t()
        guard regcomp(&expression, text, REG_EXTENDED | REG_NEWLINE) == 0 else { return nil }
        defer { regfree(&expression) }
        return body(&expression)
    }
}
