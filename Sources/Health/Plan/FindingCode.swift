/// The stable name of a kind of finding: `HF-` and one to six words of `A-Z 0-9`, as in `HF-TEMP-CPU`.
package struct FindingCode: Hashable, Sendable, Comparable, CustomStringConvertible {
    package static let maximumLength = 64

    package let description: String

    package init?(_ text: String) {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, (2...7).contains(words.count), words[0] == "HF",
            words.dropFirst().allSatisfy({ word in
                !word.isEmpty && word.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
            })
        else { return nil }
        description = text
    }

    private init(unchecked text: String) { description = text }

    /// What readings without a code of their own are found under.
    package static let reading = FindingCode(unchecked: "HF-READING")

    /// This code with the suffix of a quality: `HF-TEMP-STALE`.
    package func adding(_ suffix: String) -> FindingCode { FindingCode(unchecked: "\(description)-\(suffix)") }

    package static func < (left: FindingCode, right: FindingCode) -> Bool { left.description < right.description }
}
