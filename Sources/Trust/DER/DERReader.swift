/// Takes the elements of a DER encoding one after the other.
struct DERReader {
    private static let deepest = 32

    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The elements inside a constructed one.
    init(_ element: DERElement) { rest = element.content }

    var isAtEnd: Bool { rest.isEmpty }

    var nextTag: DERTag? { rest.first.map(DERTag.init(rawValue:)) }

    mutating func next() throws(TrustError) -> DERElement {
        let start = rest.startIndex
        guard let first = rest.first else { throw .malformed(offset: start, reason: "an element is missing") }
        guard first & 0x1F != 0x1F, first != 0 else {
            throw .malformed(offset: start, reason: "the tag \(first) is none that is used here")
        }
        var position = start + 1
        let count = try length(at: &position)
        guard count <= rest.endIndex - position else {
            throw .malformed(
                offset: start, reason: "\(count) bytes are announced and \(rest.endIndex - position) are there")
        }
        let end = position + count
        defer { rest = rest[end...] }
        return DERElement(tag: DERTag(rawValue: first), octets: rest[start..<end], content: rest[position..<end])
    }

    mutating func next(_ tag: DERTag, _ name: String) throws(TrustError) -> DERElement {
        let offset = rest.startIndex
        let element = try next()
        guard element.tag == tag else {
            throw .malformed(offset: offset, reason: "\(name) has the tag \(element.tag.rawValue), not \(tag.rawValue)")
        }
        return element
    }

    func end(_ name: String) throws(TrustError) {
        guard rest.isEmpty else {
            throw .malformed(offset: rest.startIndex, reason: "\(rest.count) bytes stand after \(name)")
        }
    }

    /// The length octets of X.690 §10.1: definite, and as few as can be.
    private func length(at position: inout Int) throws(TrustError) -> Int {
        guard position < rest.endIndex else { throw .malformed(offset: position, reason: "the length is missing") }
        let first = rest[position]
        position += 1
        guard first >= 0x80 else { return Int(first) }
        let count = Int(first & 0x7F)
        guard count > 0 else { throw .notCanonical(offset: position - 1, reason: "the length is indefinite") }
        guard count <= 4, count <= rest.endIndex - position else {
            throw .malformed(offset: position - 1, reason: "the length has \(count) octets")
        }
        var value = 0
        for octet in rest[position..<position + count] { value = value << 8 | Int(octet) }
        guard value >= 0x80, value >> (8 * (count - 1)) != 0 else {
            throw .notCanonical(offset: position - 1, reason: "the length \(value) has more octets than it needs")
        }
        position += count
        return value
    }

    /// Walks a whole encoding and refuses what DER would have written otherwise.
    ///
    /// Lengths, integers, booleans, bit strings and nulls have one encoding each; so decoding and encoding again gives the
    /// same bytes. What is inside OCTET STRINGs, such as the extensions of a certificate, is under that certificate's signature.
    static func requireCanonical(_ bytes: ArraySlice<UInt8>, depth: Int = 0) throws(TrustError) {
        var reader = DERReader(bytes)
        guard depth < deepest else {
            throw .malformed(offset: bytes.startIndex, reason: "it is nested deeper than \(deepest) levels")
        }
        while !reader.isAtEnd {
            let element = try reader.next()
            // Universal types: a SEQUENCE and a SET are constructed, nothing else is (X.690 §10.2).
            let isList = element.tag.rawValue & 0x1F == 0x10 || element.tag.rawValue & 0x1F == 0x11
            guard element.tag.rawValue & 0xC0 != 0 || element.tag.isConstructed == isList else {
                throw .notCanonical(offset: element.offset, reason: "a string is in parts, or a list is not")
            }
            if element.tag.isConstructed {
                try requireCanonical(element.content, depth: depth + 1)
            } else {
                try requireCanonical(primitive: element)
            }
        }
    }

    private static func requireCanonical(primitive element: DERElement) throws(TrustError) {
        let content = element.content
        func refuse(_ reason: String) -> TrustError { .notCanonical(offset: element.offset, reason: reason) }
        switch element.tag {
        case .boolean where content.count != 1 || (content.first != 0 && content.first != 0xFF):
            throw refuse("a boolean is neither 00 nor FF")
        case .null where !content.isEmpty: throw refuse("a null has content")
        case .integer:
            guard let first = content.first else { throw refuse("an integer is empty") }
            guard content.count > 1 else { return }
            let second = content[content.startIndex + 1]
            if first == 0 && second < 0x80 || first == 0xFF && second >= 0x80 {
                throw refuse("an integer has more octets than it needs")
            }
        case .bitString:
            guard let unused = content.first, unused < 8, content.count > 1 || unused == 0 else {
                throw refuse("a bit string counts its unused bits wrongly")
            }
            if let last = content.last, unused > 0, last & (1 << unused - 1) != 0 {
                throw refuse("the unused bits of a bit string are not zero")
            }
        case .objectIdentifier:
            guard let last = content.last, last < 0x80 else { throw refuse("an object identifier ends early") }
        default: return
        }
    }
}
