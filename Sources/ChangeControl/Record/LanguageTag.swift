/// The syntax of language tags: `langtag` of BCP 47 (RFC 5646 §2.1), in any mixture of upper and lower case.
///
/// Tags that are wholly private (`x-…`) and the irregular old ones (`i-klingon`) are not taken: no language can be told from them.
enum LanguageTag {
    /// The longest tag, far beyond what §4.4.1 asks buffers to hold.
    static let limit = 64

    static let pattern: String = {
        let language = "([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})"
        let region = "(-([A-Za-z]{2}|[0-9]{3}))?"
        let variants = "(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
        let extensions = "(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*"
        return "^\(language)(-[A-Za-z]{4})?\(region)\(variants)\(extensions)(-[xX](-[A-Za-z0-9]{1,8})+)?$"
    }()

    static func isValid(_ tag: String) -> Bool {
        guard tag.utf8.count <= limit else { return false }
        var subtags = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)[...]
        guard subtags.allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) } }),
            let language = subtags.popFirst(), (2...8).contains(language.count), language.allSatisfy(isLetter)
        else { return false }
        if language.count <= 3 {
            for _ in 0..<3 where isNext(3, isLetter) { subtags.removeFirst() }
        }
        if isNext(4, isLetter) { subtags.removeFirst() }
        if isNext(2, isLetter) || isNext(3, isDigit) { subtags.removeFirst() }
        while let variant = subtags.first,
            variant.count >= 5 || variant.count == 4 && variant.first.map(isDigit) == true
        {
            subtags.removeFirst()
        }
        while let singleton = subtags.first, singleton.count == 1, !isPrivate(singleton) {
            guard subtags.dropFirst().first.map({ $0.count >= 2 }) == true else { return false }
            subtags.removeFirst()
            subtags = subtags.drop { $0.count >= 2 }
        }
        return subtags.isEmpty || subtags.first.map(isPrivate) == true && subtags.count >= 2

        func isNext(_ count: Int, _ isAllowed: (UInt8) -> Bool) -> Bool {
            subtags.first.map { $0.count == count && $0.allSatisfy(isAllowed) } == true
        }
    }

    private static func isPrivate(_ subtag: Substring.UTF8View) -> Bool {
        subtag.count == 1 && (subtag.first == UInt8(ascii: "x") || subtag.first == UInt8(ascii: "X"))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
