import Platform

/// What a chain must be like whatever is signed with it, and what it may be used for.
enum CertificateRules {
    /// Keys and digests of everything between the anchor's signature and the signer's key.
    static func requireStrength(of chain: [Certificate]) throws(TrustError) -> String {
        for certificate in chain {
            switch certificate.key {
            case .rsa(let bits) where bits >= 3072: break
            case .p256, .p384, .ed25519: break
            case let key: throw .weakKey(certificate.subject, found: key.description)
            }
        }
        // What an anchor says of itself is not what makes it trusted.
        for certificate in chain.count > 1 ? chain.dropLast() : chain[...] {
            if case .other(let name) = certificate.signatureAlgorithm {
                throw .weakDigest(certificate.subject, found: name)
            }
        }
        return chain.map(\.key.description).joined(separator: ", ")
    }

    /// That a chain is for approving releases.
    static func requireCodeSigning(of chain: [Certificate]) throws(TrustError) -> String {
        for (index, certificate) in chain.enumerated() {
            if index == 0 {
                if let reason = unfit(certificate) { throw .wrongPurpose(certificate.subject, reason: reason) }
                guard certificate.allowsCodeSigning != nil else {
                    throw .wrongPurpose(certificate.subject, reason: "it has no extended key usage")
                }
            }
            // An extended key usage of an authority limits what it issues.
            guard certificate.allowsCodeSigning != false else {
                throw .wrongPurpose(certificate.subject, reason: "its extended key usage is not codeSigning")
            }
        }
        return "code signing"
    }

    /// That a chain is for service: a person who logs in, and by the same certificate never approves a release.
    static func requireService(of chain: [Certificate]) throws(TrustError) -> String {
        for (index, certificate) in chain.enumerated() {
            if index == 0 {
                if let reason = unfit(certificate) { throw .notForService(certificate.subject, reason: reason) }
                guard certificate.allowsClientAuthentication == true else {
                    throw .notForService(certificate.subject, reason: "its extended key usage is not clientAuth")
                }
                guard certificate.allowsCodeSigning != true else {
                    throw .notForService(
                        certificate.subject, reason: "it is also for signing releases, which is another person's")
                }
            }
            // An extended key usage of an authority limits what it issues.
            guard certificate.allowsClientAuthentication != false else {
                throw .notForService(certificate.subject, reason: "its extended key usage is not clientAuth")
            }
        }
        return "client authentication"
    }

    private static func unfit(_ signer: Certificate) -> String? {
        if signer.isAuthority { return "it is an authority's certificate" }
        return signer.allowsSignatures == false ? "its key usage is not digitalSignature" : nil
    }
}
