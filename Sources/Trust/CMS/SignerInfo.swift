package import Platform
package import Vocabulary

/// One signature of a SignedData (RFC 5652 §5.3).
package struct SignerInfo: Sendable {
    package let der: [UInt8]
    package let identifier: SignerIdentifier
    package let digest: DigestAlgorithm
    package let attributes: SignedAttributes
    package let scheme: SignatureScheme
    package let signature: [UInt8]

    init(_ element: DERElement) throws(TrustError) {
        var fields = DERReader(element)
        let version = try fields.next(.integer, "the version of a signer")
        identifier = try SignerIdentifier(try fields.next())
        guard version.content.elementsEqual([identifier.version]) else {
            throw .malformed(offset: version.offset, reason: "the version of a signer is not \(identifier.version)")
        }
        digest = try AlgorithmIdentifier.digest(try fields.next(.sequence, "digestAlgorithm"))
        attributes = try SignedAttributes(try fields.next(.context(0), "signedAttrs"))
        let algorithm = try fields.next(.sequence, "signatureAlgorithm")
        scheme = try AlgorithmIdentifier.scheme(algorithm)
        signature = Array(try fields.next(.octetString, "the signature").content)
        // Unsigned attributes are nobody's word: anyone could change them.
        try fields.end("the signature")
        der = Array(element.octets)
        switch scheme {
        case .ecdsa(let signed) where signed != digest:
            throw .malformed(offset: algorithm.offset, reason: "ECDSA with \(signed) over a digest by \(digest)")
        // RFC 8419 §3.1
        case .ed25519 where digest != .sha512:
            throw .malformed(offset: algorithm.offset, reason: "Ed25519 over a digest by \(digest), not SHA-512")
        default: break
        }
    }

    /// A signature just made over `attributes`, whose signer is named by the issuer and serial number of its certificate.
    package init(
        certificate: Certificate, digest: DigestAlgorithm, attributes: SignedAttributes, scheme: SignatureScheme,
        signature: [UInt8]
    ) {
        identifier = .issuer(certificate.issuerName, serial: certificate.serial)
        self.digest = digest
        self.attributes = attributes
        self.scheme = scheme
        self.signature = signature
        der = DERWriter.element(
            .sequence,
            [
                DERWriter.element(.integer, [identifier.version]),
                DERWriter.element(
                    .sequence, [certificate.issuerName, DERWriter.element(.integer, certificate.serial)]),
                AlgorithmIdentifier(digest: digest).der,
                DERWriter.element(.context(0), attributes.elements),
                AlgorithmIdentifier(signature: scheme).der,
                DERWriter.element(.octetString, signature),
            ])
    }
}

/// How a SignerInfo names the certificate of its signer.
package enum SignerIdentifier: Hashable, Sendable {
    /// The DER of the issuer's name and the content octets of the serial number.
    case issuer([UInt8], serial: [UInt8])
    case keyIdentifier([UInt8])

    /// The version that a SignerInfo has with it (RFC 5652 §5.3).
    package var version: UInt8 {
        switch self {
        case .issuer: 1
        case .keyIdentifier: 3
        }
    }

    init(_ element: DERElement) throws(TrustError) {
        switch element.tag {
        case .sequence:
            var fields = DERReader(element)
            let name = try fields.next(.sequence, "the issuer of a signer")
            let serial = try fields.next(.integer, "the serial number of a signer")
            try fields.end("the serial number of a signer")
            self = .issuer(Array(name.octets), serial: Array(serial.content))
        case .context(0, isConstructed: false): self = .keyIdentifier(Array(element.content))
        default: throw .malformed(offset: element.offset, reason: "a signer is not named")
        }
    }

    /// Compares octets, not names as RFC 5280 §7.1 does, which takes `a` for `A`.
    package func names(_ certificate: Certificate) -> Bool {
        switch self {
        case .issuer(let name, let serial): certificate.issuerName == name && certificate.serial == serial
        case .keyIdentifier(let identifier): certificate.keyIdentifier == identifier
        }
    }
}

/// What a signer signs: the digest of the content, when (RFC 5652 §11), and what is meant by it.
package struct SignedAttributes: Sendable {
    package let messageDigest: [UInt8]
    package let signingTime: Timestamp
    /// Nil where the signer did not say.
    package let meaning: SignatureMeaning?
    /// The attributes, encoded, without the tag around them.
    let elements: [UInt8]

    /// The octets under the signature: the attributes as a SET OF (RFC 5652 §5.4).
    package var signed: [UInt8] { DERWriter.element(.set, elements) }

    package init(messageDigest: [UInt8], signingTime: Timestamp, meaning: SignatureMeaning? = nil) {
        self.messageDigest = messageDigest
        self.signingTime = signingTime
        self.meaning = meaning
        func attribute(_ type: ObjectIdentifier, _ value: [UInt8]) -> [UInt8] {
            DERWriter.element(.sequence, [type.element, DERWriter.element(.set, value)])
        }
        var attributes = [
            attribute(.contentType, ObjectIdentifier.data.element),
            attribute(.messageDigest, DERWriter.element(.octetString, messageDigest)),
            attribute(.signingTime, DERWriter.time(signingTime)),
        ]
        if let meaning {
            attributes.append(
                attribute(.commitmentType, DERWriter.element(.sequence, meaning.commitment.element)))
        }
        elements = DERWriter.inOrder(attributes).flatMap { $0 }
    }

    init(_ element: DERElement) throws(TrustError) {
        var values: [ObjectIdentifier: DERElement] = [:]
        var reader = DERReader(element)
        var last: DERElement?
        while !reader.isAtEnd {
            let attribute = try reader.next(.sequence, "a signed attribute")
            if let last, !last.octets.lexicographicallyPrecedes(attribute.octets) {
                throw .notCanonical(offset: attribute.offset, reason: "the signed attributes are not in order")
            }
            last = attribute
            let (type, value) = try Self.value(attribute)
            guard values.updateValue(value, forKey: type) == nil else {
                throw .malformed(offset: attribute.offset, reason: "the signed attribute \(type) stands twice")
            }
        }
        let known: Set<ObjectIdentifier> = [
            .contentType, .messageDigest, .signingTime, .smimeCapabilities, .commitmentType,
        ]
        for (type, value) in values where !known.contains(type) {
            throw .malformed(offset: value.offset, reason: "the signed attribute \(type) is not known")
        }
        guard values[.contentType]?.octets.elementsEqual(ObjectIdentifier.data.element) == true else {
            throw .missingAttribute("contentType")
        }
        guard let digest = values[.messageDigest], digest.tag == .octetString else {
            throw .missingAttribute("messageDigest")
        }
        guard let time = values[.signingTime]?.time else { throw .missingAttribute("signingTime") }
        messageDigest = Array(digest.content)
        signingTime = time
        meaning = try values[.commitmentType].map { (element) throws(TrustError) in try Self.meaning(element) }
        elements = Array(element.content)
    }

    /// A commitment-type indication without qualifiers, of one of the types that mean something here.
    private static func meaning(_ element: DERElement) throws(TrustError) -> SignatureMeaning {
        guard element.tag == .sequence else {
            throw .malformed(offset: element.offset, reason: "the commitment type is not a sequence")
        }
        var fields = DERReader(element)
        let type = ObjectIdentifier(try fields.next(.objectIdentifier, "the commitment type").content)
        try fields.end("the commitment type")
        guard let meaning = SignatureMeaning(type) else {
            throw .malformed(offset: element.offset, reason: "the commitment type \(type) means nothing here")
        }
        return meaning
    }

    private static func value(_ attribute: DERElement) throws(TrustError) -> (ObjectIdentifier, DERElement) {
        var fields = DERReader(attribute)
        let type = try fields.next(.objectIdentifier, "the type of a signed attribute")
        var set = DERReader(try fields.next(.set, "the value of a signed attribute"))
        try fields.end("the value of a signed attribute")
        let value = try set.next()
        try set.end("the value of a signed attribute")
        return (ObjectIdentifier(type.content), value)
    }
}
