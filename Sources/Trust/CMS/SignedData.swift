package import Platform

/// CMS SignedData (RFC 5652 §5) in the one form that approvals have here: DER, detached, X.509 certificates, no revocation lists.
///
/// How it works: what is not under somebody's signature has only one accepted encoding. Sets are in DER's order, the digest algorithms
/// are those of the signers, versions follow from the content, and nothing optional that nobody needs may be there. So no byte can be
/// changed without being noticed, which a library that is liberal in what it accepts does not give.
package struct SignedData: Sendable {
    package static let maximumByteCount = 64 << 10
    package static let maximumSignerCount = 16
    package static let maximumCertificateCount = 32

    private(set) package var signers: [SignerInfo]
    private(set) package var certificates: [Certificate]

    package init() {
        signers = []
        certificates = []
    }

    package init(der: [UInt8]) throws(TrustError) {
        guard der.count <= Self.maximumByteCount else {
            throw .tooLarge("the signatures", count: der.count, limit: Self.maximumByteCount, unit: "bytes")
        }
        try DERReader.requireCanonical(der[...])
        let parts = try Parts(der)
        signers = try parts.signers.map { (element) throws(TrustError) in try SignerInfo(element) }
        certificates = []
        for element in parts.certificates {
            do throws(CryptoError) {
                certificates.append(try Certificate(der: Array(element.octets)))
            } catch {
                throw .malformed(offset: element.offset, reason: "a certificate: \(error)")
            }
        }
        try parts.requireVersion(of: signers)
        try parts.requireDigests(of: signers)
    }

    /// Adds an approval without changing those that are there.
    ///
    /// Certificates that are there already are not added again.
    package mutating func add(_ signer: SignerInfo, certificates added: [Certificate]) {
        signers.append(signer)
        for certificate in added where !certificates.contains(certificate) { certificates.append(certificate) }
    }

    /// Keeps these signers, and of the certificates those in their chains.
    mutating func replace(signers kept: [SignerInfo]) {
        signers = kept
        var needed = certificates.filter { certificate in kept.contains { $0.identifier.names(certificate) } }
        var index = 0
        while index < needed.count {
            let issuer = needed[index].issuerName
            needed += certificates.filter { $0.subjectName == issuer && !needed.contains($0) }
            index += 1
        }
        certificates = certificates.filter(needed.contains)
    }

    package var der: [UInt8] {
        let signedData = DERWriter.element(
            .sequence,
            [
                DERWriter.element(.integer, [Self.version(of: signers)]),
                DERWriter.set(.set, signers.map { AlgorithmIdentifier(digest: $0.digest).der }),
                DERWriter.element(.sequence, [ObjectIdentifier.data.element]),
                DERWriter.set(.context(0), certificates.map(\.der)),
                DERWriter.set(.set, signers.map(\.der)),
            ])
        return DERWriter.element(
            .sequence, [ObjectIdentifier.signedData.element, DERWriter.element(.context(0), signedData)])
    }

    /// RFC 5652 §5.1: 3 as soon as one signer is named by key identifier, else 1.
    fileprivate static func version(of signers: [SignerInfo]) -> UInt8 {
        signers.contains { $0.identifier.version == 3 } ? 3 : 1
    }
}

/// The elements of a SignedData, before they are read.
private struct Parts {
    let version: DERElement
    let digests: [DERElement]
    let certificates: [DERElement]
    let signers: [DERElement]

    init(_ der: [UInt8]) throws(TrustError) {
        var whole = DERReader(der[...])
        var contentInfo = DERReader(try whole.next(.sequence, "ContentInfo"))
        try whole.end("ContentInfo")
        try contentInfo.require(.signedData, "the content type")
        var explicit = DERReader(try contentInfo.next(.context(0), "the content"))
        try contentInfo.end("the content")
        var fields = DERReader(try explicit.next(.sequence, "SignedData"))
        try explicit.end("SignedData")

        version = try fields.next(.integer, "the version")
        digests = try fields.set(.set, "digestAlgorithms", limit: SignedData.maximumSignerCount)
        var content = DERReader(try fields.next(.sequence, "encapContentInfo"))
        try content.require(.data, "eContentType")
        // Detached: the content is what the caller has, never what the signatures bring.
        try content.end("eContentType")
        certificates = try fields.set(.context(0), "certificates", limit: SignedData.maximumCertificateCount)
        signers = try fields.set(.set, "signerInfos", limit: SignedData.maximumSignerCount)
        try fields.end("signerInfos")
    }

    func requireVersion(of signers: [SignerInfo]) throws(TrustError) {
        let wanted = SignedData.version(of: signers)
        guard version.content.elementsEqual([wanted]) else {
            throw .malformed(offset: version.offset, reason: "the version of SignedData is not \(wanted)")
        }
    }

    func requireDigests(of signers: [SignerInfo]) throws(TrustError) {
        var named: Set<DigestAlgorithm> = []
        for element in digests {
            let digest = try AlgorithmIdentifier.digest(element)
            guard named.insert(digest).inserted else {
                throw .malformed(offset: element.offset, reason: "digestAlgorithms names \(digest) twice")
            }
        }
        guard named == Set(signers.map(\.digest)) else {
            throw .malformed(
                offset: digests.first?.offset ?? version.offset, reason: "digestAlgorithms are not those of the signers"
            )
        }
    }
}

extension DERReader {
    mutating func require(_ identifier: ObjectIdentifier, _ name: String) throws(TrustError) {
        let element = try next(.objectIdentifier, name)
        guard ObjectIdentifier(element.content) == identifier else {
            throw .malformed(
                offset: element.offset,
                reason: "\(name) is \(ObjectIdentifier(element.content)), not \(identifier)")
        }
    }

    /// The elements of a SET OF, one to `limit` of them, in DER's order and each once.
    mutating func set(_ tag: DERTag, _ name: String, limit: Int) throws(TrustError) -> [DERElement] {
        let whole = try next(tag, name)
        var reader = DERReader(whole)
        var elements: [DERElement] = []
        while !reader.isAtEnd {
            let element = try reader.next(.sequence, "an element of \(name)")
            if let last = elements.last, !last.octets.lexicographicallyPrecedes(element.octets) {
                throw .notCanonical(offset: element.offset, reason: "\(name) are not in order")
            }
            elements.append(element)
            guard elements.count <= limit else {
                throw .malformed(offset: element.offset, reason: "\(name) has more than \(limit) elements")
            }
        }
        guard !elements.isEmpty else { throw .malformed(offset: whole.offset, reason: "\(name) is empty") }
        return elements
    }
}
