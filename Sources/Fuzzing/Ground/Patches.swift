/// Changes to something whole, as an input spells them: how a door gets behind checks that random bytes never pass.
///
/// Each takes an operation, an offset of two bytes, and what that needs; sixteen at most.
extension [UInt8] {
    private static let patchLimit = 16

    func patched(by feed: inout Feed) -> [UInt8] {
        var bytes = self
        for _ in 0..<Self.patchLimit where !feed.isEmpty {
            let operation = feed.byte()
            let offset = bytes.isEmpty ? 0 : feed.word() % bytes.count
            switch operation % 6 {
            case 0: if !bytes.isEmpty { bytes[offset] = feed.byte() }
            case 1: bytes.insert(contentsOf: feed.piece(), at: offset)
            case 2: bytes.removeSubrange(offset..<Swift.min(bytes.count, offset + feed.word()))
            case 3: bytes = Array(bytes[..<offset])
            case 4:
                let piece = feed.piece()
                bytes.replaceSubrange(offset..<Swift.min(bytes.count, offset + piece.count), with: piece)
            default:
                let end = Swift.min(bytes.count, offset + feed.word())
                let copied = bytes[offset..<end]
                bytes.insert(contentsOf: copied, at: bytes.isEmpty ? 0 : feed.word() % bytes.count)
            }
            // What only grows teaches nothing.
            if bytes.count > 1 << 18 { break }
        }
        return bytes
    }
}
