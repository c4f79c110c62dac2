/// An object identifier by the content octets of its DER.
struct ObjectIdentifier: Hashable {
    let content: [UInt8]

    init(_ content: some Sequence<UInt8>) { self.content = Array(content) }

    var element: [UInt8] { DERWriter.element(.objectIdentifier, content) }

    // RFC 5652
    static let data = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01])
    static let signedData = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02])
    static let contentType = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03])
    static let messageDigest = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04])
    static let signingTime = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05])
    // RFC 8551, which `openssl cms` adds unless told not to; it says nothing about a signature
    static let smimeCapabilities = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x0F])
    // RFC 5126 §5.11.1: id-aa-ets-commitmentType, and the id-cti-ets of it that stand for something here
    static let commitmentType = ObjectIdentifier([
        0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x10,
    ])
    static let proofOfOrigin = commitment(1)
    static let proofOfReceipt = commitment(2)
    static let proofOfApproval = commitment(5)
    static let proofOfCreation = commitment(6)
    // RFC 5754, RFC 8419
    static let sha256 = ObjectIdentifier([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01])
    static let sha384 = ObjectIdentifier([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02])
    static let sha512 = ObjectIdentifier([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03])
    static let rsaEncryption = ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01])
    static let ecdsaWithSHA256 = ObjectIdentifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])
    static let ecdsaWithSHA384 = ObjectIdentifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03])
    static let ecdsaWithSHA512 = ObjectIdentifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04])
    static let ed25519 = ObjectIdentifier([0x2B, 0x65, 0x70])

    private static func commitment(_ number: UInt8) -> ObjectIdentifier {
        ObjectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x06, number])
    }
}

extension ObjectIdentifier: CustomStringConvertible {
    /// The numbers with dots.
    var description: String {
        var numbers: [UInt64] = []
        var value: UInt64 = 0
        for octet in content {
            // Longer numbers exist nowhere; what is shown then is cut, and nothing is decided by it.
            value = value << 7 | UInt64(octet & 0x7F)
            guard octet < 0x80 else { continue }
            if numbers.isEmpty {
                let first = min(value / 40, 2)
                numbers = [first, value - first * 40]
            } else {
                numbers.append(value)
            }
            value = 0
        }
        return numbers.map(String.init).joined(separator: ".")
    }
}
