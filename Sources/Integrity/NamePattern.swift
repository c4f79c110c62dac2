/// A name, or a path within a tree, in which `*` stands for any bytes but `/`.
///
/// One without `/` is held against the names of files and folders at any depth, one with `/` against the path below the tree.
package struct NamePattern: Sendable, Equatable {
    private let bytes: [UInt8]
    private let isPath: Bool

    /// Nil for what is empty, longer than 256 bytes, or begins or ends with `/`.
    package init?(_ text: String) {
        bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 256, bytes.first != Self.separator, bytes.last != Self.separator,
            !bytes.contains(0)
        else { return nil }
        isPath = bytes.contains(Self.separator)
    }

    private static let separator = UInt8(ascii: "/")
    private static let any = UInt8(ascii: "*")

    /// Whether it holds for an entry with this name and this path below its tree.
    package func holds(name: [UInt8], path: [UInt8]) -> Bool { matches(isPath ? path : name) }

    /// Goes back at most to the newest `*`, so the time is bounded by the product of both lengths.
    private func matches(_ text: [UInt8]) -> Bool {
        var (place, index) = (0, 0)
        var retry: (place: Int, index: Int)?
        while index < text.count {
            if place < bytes.count, bytes[place] == Self.any {
                place += 1
                retry = (place, index)
            } else if place < bytes.count, bytes[place] == text[index] {
                place += 1
                index += 1
            } else if let last = retry, text[last.index] != Self.separator {
                (place, index) = (last.place, last.index + 1)
                retry = (place, index)
            } else {
                return false
            }
        }
        return bytes[place...].allSatisfy { $0 == Self.any }
    }
}
