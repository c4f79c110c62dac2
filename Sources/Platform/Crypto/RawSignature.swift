import COpenSSL

extension KeyKind {
    /// How many bytes a signature has when it is written without any structure; nil for kinds that are not taken.
    package var rawSignatureLength: Int? {
        switch self {
        case .p256, .ed25519: 64
        case .p384: 96
        case .rsa(let bits): (bits + 7) / 8
        case .other: nil
        }
    }

    /// A signature in the fixed length of its kind: ECDSA as r and s side by side (IEEE P1363), others as they are.
    package func rawSignature(_ signature: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let half = halfLength else { return signature }
        let decoded = derDecoding(signature, { d2i_ECDSA_SIG(nil, $0, $1) }, free: { ECDSA_SIG_free($0) })
        guard let decoded else { throw .last("read a signature") }
        defer { ECDSA_SIG_free(decoded) }
        var raw = [UInt8](repeating: 0, count: 2 * half)
        let isWhole = raw.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return false }
            return BN_bn2binpad(ECDSA_SIG_get0_r(decoded), start, Int32(half)) == Int32(half)
                && BN_bn2binpad(ECDSA_SIG_get0_s(decoded), start + half, Int32(half)) == Int32(half)
        }
        guard isWhole else { throw .last("write a signature") }
        return raw
    }

    /// The same the other way round: what `Certificate.verifies` takes.
    package func signature(raw: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard raw.count == rawSignatureLength else {
            throw .openSSL("read a signature", reason: "it has \(raw.count) bytes, which \(self) never has")
        }
        guard let half = halfLength else { return raw }
        guard let signature = ECDSA_SIG_new() else { throw .last("make a signature") }
        defer { ECDSA_SIG_free(signature) }
        let r = BN_bin2bn(Array(raw.prefix(half)), Int32(half), nil)
        let s = BN_bin2bn(Array(raw.suffix(half)), Int32(half), nil)
        // It takes both numbers over, or neither.
        guard ECDSA_SIG_set0(signature, r, s) == 1 else {
            BN_free(r)
            BN_free(s)
            throw .last("make a signature")
        }
        return try derEncoding("encode a signature") { i2d_ECDSA_SIG(signature, $0) }
    }

    private var halfLength: Int? {
        switch self {
        case .p256: 32
        case .p384: 48
        default: nil
        }
    }
}
