import Platform
import Vocabulary

/// The judgement of one signer by itself.
struct SignerExamination {
    let name: String
    private(set) var checks: [TrustCheck] = []
    private(set) var failure: TrustError?
    private(set) var warnings: [TrustWarning] = []
    /// From the signer to the anchor, both included.
    private(set) var chain: [Certificate]?
    private(set) var keyID: Digest?
    private(set) var person: Person?
    /// Nil as soon as one check failed.
    private(set) var approval: Approval?

    init(
        _ signer: SignerInfo, in signedData: SignedData, content: [UInt8], policy: TrustPolicy, at time: TrustedTime
    ) {
        let candidates = signedData.certificates.filter { signer.identifier.names($0) }
        name = candidates.first?.subject ?? signer.identifier.readable
        var list = Checklist(subject: name)
        let found: Certificate? = list.check(.certificate) { [name] () throws(TrustError) in
            guard candidates.count == 1, let certificate = candidates.first else { throw .noSignerCertificate(name) }
            return (certificate, "serial number \(certificate.serialText), key \(certificate.keyID)")
        }
        defer { (checks, failure) = (list.checks, list.failure) }
        guard let certificate = found else {
            list.skip(.content, .signature, .chain, .role, .algorithms, .purpose, .time, .revocation)
            return
        }
        keyID = certificate.keyID
        let person = Person(certificate)
        self.person = person
        list.checkSignature(of: signer, by: certificate, over: content)

        let judged = time.judging(signed: signer.attributes.signingTime)
        let path: Path? = list.check(.chain) { () throws(TrustError) in
            let path = try Path(
                from: certificate, through: signedData.certificates, anchors: policy.anchors, at: judged)
            return (path, path.chain.map { "'\($0.subject)'" }.joined(separator: ", "))
        }
        chain = path?.chain
        var role: Role?
        if let path {
            role = list.check(.role) { () throws(TrustError) in (try path.role(), try path.role().name) }
        } else {
            list.skip(.role)
        }
        list.check(.algorithms) { () throws(TrustError) in
            ((), try CertificateRules.requireStrength(of: path?.chain ?? [certificate]))
        }
        list.check(.purpose) { () throws(TrustError) in
            ((), try CertificateRules.requireCodeSigning(of: path?.chain ?? [certificate]))
        }
        guard let path else {
            list.skip(.time, .revocation)
            return
        }
        list.check(.time) { () throws(TrustError) in
            ((), try path.requireValidity(signed: signer.attributes.signingTime, at: time))
        }
        var warnings: [TrustWarning] = []
        list.check(.revocation) { () throws(TrustError) in
            let revocation = Revocation(lists: policy.revocationLists, time: judged)
            warnings = try revocation.requireNone(in: path.chain)
            return ((), warnings.isEmpty ? "not revoked" : warnings.map(\.description).joined(separator: "; "))
        }
        self.warnings = warnings
        guard list.failure == nil, let role else { return }
        approval = Approval(
            role: role, subject: certificate.subject, person: person.name, meaning: signer.attributes.meaning,
            keyID: certificate.keyID, serial: certificate.serialText,
            signingTime: signer.attributes.signingTime, certificateExpiry: certificate.notAfter)
    }
}

extension Checklist {
    fileprivate mutating func checkSignature(
        of signer: SignerInfo, by certificate: Certificate, over content: [UInt8]
    ) {
        check(.content) { () throws(TrustError) in
            guard signer.isOver(content) else { throw .contentChanged(certificate.subject) }
            return ((), "\(signer.digest) of \(content.count) bytes")
        }
        check(.signature) { () throws(TrustError) in
            guard signer.isSigned(by: certificate) else { throw .badSignature(certificate.subject) }
            let meaning = signer.attributes.meaning?.rawValue ?? "signed"
            return ((), "\(certificate.key), \(meaning) at \(signer.attributes.signingTime)")
        }
    }
}

extension SignerInfo {
    fileprivate func isOver(_ content: [UInt8]) -> Bool {
        (try? digest.digest(of: content)) == attributes.messageDigest
    }

    fileprivate func isSigned(by certificate: Certificate) -> Bool {
        scheme.suits(certificate.key)
            && certificate.verifies(signature, over: attributes.signed, digest: digest)
    }

    /// The signature is right and over this content, whoever the certificate's owner is.
    func holds(over content: [UInt8], by certificate: Certificate) -> Bool {
        isOver(content) && isSigned(by: certificate)
    }
}

extension SignatureScheme {
    fileprivate func suits(_ key: KeyKind) -> Bool {
        switch (self, key) {
        case (.rsa, .rsa), (.ecdsa, .p256), (.ecdsa, .p384), (.ecdsa, .other), (.ed25519, .ed25519): true
        default: false
        }
    }
}

extension SignerIdentifier {
    fileprivate var readable: String {
        switch self {
        case .issuer(_, let serial): "with the serial number \(Hex.encode(serial))"
        case .keyIdentifier(let identifier): "with the key identifier \(Hex.encode(identifier))"
        }
    }
}
