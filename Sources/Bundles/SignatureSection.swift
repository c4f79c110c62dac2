import Platform

/// The signature section: the length of the CMS message in 8 bytes, the message (DER), and zeros to the end.
package enum SignatureSection {
    /// What a new section keeps free: an approval with its certificates takes 2 to 5 KiB.
    package static let room = 12 << 10
    private static let prefix = 8

    /// The section for `signatures`, at least `length` bytes long, growing where they need more.
    package static func encode(_ signatures: [UInt8], atLeast length: UInt64 = 0) -> [UInt8] {
        var wanted = prefix + signatures.count
        if wanted > length { wanted += room }
        let block = BundleFormat.signatureBlock
        let whole = max((wanted + block - 1) / block * block, Int(length))
        var section: [UInt8] = []
        section.reserveCapacity(whole)
        section.append(littleEndian: UInt64(signatures.count))
        section.append(contentsOf: signatures)
        section.append(contentsOf: repeatElement(0, count: whole - section.count))
        return section
    }

    /// The CMS message, empty in a bundle that nobody has signed yet.
    package static func decode(_ section: [UInt8]) throws(BundleError) -> [UInt8] {
        let room = UInt64(section.count)
        guard section.count >= prefix else { throw .signaturesMalformed(length: 0, room: room) }
        let length = section.littleEndian(UInt64.self, at: 0)
        guard length <= room - UInt64(prefix) else { throw .signaturesMalformed(length: length, room: room) }
        let end = prefix + Int(length)
        let isPadded = section.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[end...]).isAllZero }
        guard isPadded else { throw .reservedNotZero(.signatures) }
        return Array(section[prefix..<end])
    }
}
