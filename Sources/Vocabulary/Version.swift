/// The version of a release, ordered as Semantic Versioning 2.0.0 orders it (§11), with one to four numbers.
///
/// `1.10.0` is newer than `1.9.9`, `2.0.0-rc.1` is older than `2.0.0`. Build metadata (`+…`) is part of the name, not of the order.
package struct Version: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 64

    package let description: String
    private let numbers: [UInt64]
    private let prerelease: [String]

    /// Nil for anything but `N(.N){0,3}(-id(.id)*)?(+id(.id)*)?` of at most 64 ASCII characters, without leading zeros.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumLength else { return nil }
        let named = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        if named.count == 2, !Self.areIdentifiers(named[1]) { return nil }
        let parts = named[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let fields = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...4).contains(fields.count) else { return nil }
        var numbers: [UInt64] = []
        for field in fields {
            guard Self.isNumber(field), let number = UInt64(field) else { return nil }
            numbers.append(number)
        }
        if parts.count == 2 {
            guard Self.areIdentifiers(parts[1]) else { return nil }
            prerelease = parts[1].split(separator: ".").map(String.init)
        } else {
            prerelease = []
        }
        while numbers.count > 1, numbers.last == 0 { numbers.removeLast() }
        self.numbers = numbers
        description = text
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } && (text.count == 1 || text.first != "0")
    }

    private static func areIdentifiers(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { identifier in
            !identifier.isEmpty
                && identifier.utf8.allSatisfy {
                    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
                }
        }
    }
}

extension Version: Comparable {
    package static func < (left: Version, right: Version) -> Bool {
        let count = max(left.numbers.count, right.numbers.count)
        for index in 0..<count {
            let one = index < left.numbers.count ? left.numbers[index] : 0
            let other = index < right.numbers.count ? right.numbers[index] : 0
            if one != other { return one < other }
        }
        return Self.prereleaseIsOlder(left.prerelease, than: right.prerelease)
    }

    private static func prereleaseIsOlder(_ left: [String], than right: [String]) -> Bool {
        if left.isEmpty || right.isEmpty { return !left.isEmpty && right.isEmpty }
        for (one, other) in zip(left, right) where one != other {
            switch (UInt64(one), UInt64(other)) {
            case (let one?, let other?): return one < other
            case (.some, nil): return true
            case (nil, .some): return false
            case (nil, nil): return one < other
            }
        }
        return left.count < right.count
    }
}
