package import Platform
package import Vocabulary

/// A person's answer to a challenge, short enough to be typed: only what the device does not know already.
///
/// Nothing in it is believed before a `GrantVerifier` has judged it.
package struct Grant: Hashable, Sendable {
    private static let version: UInt8 = 1
    private static let headLength = 14
    private static let maximumCertificates = 4
    private static let maximumCertificate = 4096

    /// First byte of the digest of the device's id, to tell another device's grant from one that was changed.
    let deviceMark: UInt8
    /// First 15 bits of the challenge, for the same.
    let challengeMark: UInt16
    package let rights: ServiceRights
    let startMinute: UInt32
    let minutes: UInt16
    /// First three bytes of the person's key id, by which a known person is found.
    let keyMark: [UInt8]
    package let bundle: Digest?
    /// The person's, followed by intermediates; none where the device knows the person.
    package let certificates: [Certificate]
    /// Without structure: r and s side by side for ECDSA.
    package let signature: [UInt8]

    /// What was signed, with what was left out of it.
    package init(
        _ terms: GrantTerms, person: Digest, certificates: [Certificate], signature: [UInt8]
    ) throws(ServiceError) {
        guard certificates.count <= Self.maximumCertificates,
            certificates.allSatisfy({ $0.der.count <= Self.maximumCertificate })
        else {
            throw .grantMalformed(
                "it has more than \(Self.maximumCertificates) certificates, or one of more than 4 KiB")
        }
        deviceMark = Self.mark(of: terms.challenge)
        challengeMark = Self.bits(of: terms.challenge)
        rights = terms.rights
        startMinute = UInt32(clamping: terms.notBefore.seconds / 60)
        minutes = UInt16(clamping: terms.seconds / 60)
        keyMark = Array(person.bytes.prefix(3))
        bundle = terms.bundle
        self.certificates = certificates
        self.signature = signature
    }

    static func mark(of challenge: Challenge) -> UInt8 {
        SHA256.digest(of: Array(challenge.foldedDevice.utf8)).bytes[0]
    }

    static func bits(of challenge: Challenge) -> UInt16 {
        challenge.symbols.prefix(3).reduce(0) { $0 << 5 | UInt16($1) }
    }

    package var notBefore: Timestamp { Timestamp(seconds: Int64(startMinute) * 60) }
    package var until: Timestamp { notBefore.advanced(by: Int64(minutes) * 60) }

    /// What it says as an answer to `challenge`.
    package func terms(answering challenge: Challenge) -> GrantTerms {
        GrantTerms(challenge, rights, bundle, startMinute: startMinute, minutes: minutes)
    }

    /// Whether it says to be for this device, as far as its mark tells.
    func speaks(of challenge: Challenge) -> Bool { deviceMark == Self.mark(of: challenge) }

    /// Whether it says to answer this challenge, as far as its marks tell.
    package func answers(_ challenge: Challenge) -> Bool {
        speaks(of: challenge) && challengeMark == Self.bits(of: challenge)
    }
}

extension Grant {
    private static let bundleFlag: UInt8 = 0x08
    private static let certificateMask: UInt8 = 0x07

    /// The bytes as docs/grants.md lays them out; all numbers have their most significant byte first.
    package var bytes: [UInt8] {
        let flags = (bundle == nil ? 0 : Self.bundleFlag) | UInt8(certificates.count)
        var bytes = [Self.version << 4 | flags, rights.rawValue]
        bytes += startMinute.bigEndianBytes + minutes.bigEndianBytes
        bytes += [deviceMark] + challengeMark.bigEndianBytes + keyMark
        bytes += bundle?.bytes ?? []
        for certificate in certificates { bytes += UInt16(certificate.der.count).bigEndianBytes + certificate.der }
        return bytes + signature
    }

    /// Reads exactly what `bytes` writes.
    package init(bytes: [UInt8]) throws(ServiceError) {
        guard let first = bytes.first, first >> 4 == Self.version else {
            throw .grantMalformed("it is of version \(bytes.first.map { $0 >> 4 } ?? 0), this device knows 1")
        }
        guard bytes.count >= Self.headLength else { throw .grantIncomplete }
        var rest = bytes[1...]
        rights = ServiceRights(rawValue: rest.removeFirst())
        startMinute = UInt32(try rest.number(4))
        minutes = UInt16(try rest.number(2))
        deviceMark = UInt8(try rest.number(1))
        challengeMark = UInt16(try rest.number(2))
        keyMark = try rest.take(3)
        guard rights.isSubset(of: .all), !rights.isEmpty, challengeMark < 1 << 15, minutes > 0 else {
            throw .grantMalformed("its rights, its challenge or its times say nothing")
        }
        bundle = first & Self.bundleFlag == 0 ? nil : Digest(bytes: try rest.take(Digest.byteCount))
        var certificates: [Certificate] = []
        guard first & Self.certificateMask <= Self.maximumCertificates else {
            throw .grantMalformed("it has more than \(Self.maximumCertificates) certificates")
        }
        for _ in 0..<(first & Self.certificateMask) {
            let count = Int(try rest.number(2))
            guard count <= Self.maximumCertificate else { throw .grantMalformed("a certificate has \(count) bytes") }
            let der = try rest.take(count)
            do throws(CryptoError) {
                certificates.append(try Certificate(der: der))
            } catch {
                throw .grantMalformed("a certificate in it cannot be read")
            }
        }
        self.certificates = certificates
        guard [64, 96].contains(rest.count) || (256...1024).contains(rest.count) else {
            // Less than the shortest signature: lines are missing.
            throw rest.count < 64 ? .grantIncomplete : .grantMalformed("\(rest.count) bytes are no signature")
        }
        signature = Array(rest)
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func take(_ count: Int) throws(ServiceError) -> [UInt8] {
        guard count <= self.count else { throw .grantIncomplete }
        defer { removeFirst(count) }
        return Array(prefix(count))
    }

    fileprivate mutating func number(_ count: Int) throws(ServiceError) -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> Self($0)) }
    }
}
