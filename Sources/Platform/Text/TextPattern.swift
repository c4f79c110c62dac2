import Glibc

/// An extended regular expression (POSIX.1-2017 §9.4) that is searched in bytes nobody vouches for.
///
/// Intervals (`{2,9}`) and back-references are not taken: with them a short pattern can cost any time or memory. `^`
/// and `$` stand at the ends of lines.
package struct TextPattern: Sendable, Hashable {
    package static let maximumLength = 256

    package let text: String

    /// Nil for what does not compile, is longer than 256 bytes, or holds an interval or a back-reference.
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
        guard Self.withExpression(text, { _ in true }) == true else { return nil }
        self.text = text
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
