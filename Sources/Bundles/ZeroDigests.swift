import Platform
package import Vocabulary

/// The SHA-256 of so many zeros, computed once for each of the few lengths that chunks have.
package struct ZeroDigests {
    private static let most = 8
    private var known: [Int: Digest] = [:]

    package init() {}

    package mutating func digest(of count: Int) -> Digest {
        if let digest = known[count] { return digest }
        let digest = SHA256.digest(of: [UInt8](repeating: 0, count: count))
        if known.count == Self.most { known.removeAll() }
        known[count] = digest
        return digest
    }
}
