/// One element of a DER encoding (X.690 §10): its tag, its content and all its octets.
///
/// The slices keep the indices of the whole, so an offset in a message is one that a person can look up.
struct DERElement: Equatable {
    let tag: DERTag
    let octets: ArraySlice<UInt8>
    let content: ArraySlice<UInt8>

    var offset: Int { octets.startIndex }
}

/// A tag octet; the long form of X.690 §8.1.2.4 occurs nowhere in what we read.
struct DERTag: RawRepresentable, Hashable {
    let rawValue: UInt8

    static let boolean = DERTag(rawValue: 0x01)
    static let integer = DERTag(rawValue: 0x02)
    static let bitString = DERTag(rawValue: 0x03)
    static let octetString = DERTag(rawValue: 0x04)
    static let null = DERTag(rawValue: 0x05)
    static let objectIdentifier = DERTag(rawValue: 0x06)
    static let utcTime = DERTag(rawValue: 0x17)
    static let generalizedTime = DERTag(rawValue: 0x18)
    static let sequence = DERTag(rawValue: 0x30)
    static let set = DERTag(rawValue: 0x31)

    static func context(_ number: UInt8, isConstructed: Bool = true) -> DERTag {
        DERTag(rawValue: 0x80 | (isConstructed ? 0x20 : 0) | number)
    }

    var isConstructed: Bool { rawValue & 0x20 != 0 }
}
