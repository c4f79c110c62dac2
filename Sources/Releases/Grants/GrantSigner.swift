package import Platform
package import Servicing
package import Vocabulary

/// Answers challenges as one technician: on their laptop, by a key in a file or on a token.
package struct GrantSigner: Sendable {
    /// What of the certificates travels with a grant.
    package enum Certificates: Sendable, CaseIterable {
        /// None: the device knows the person.
        case none
        /// The person's: the device knows who issued it.
        case person
        /// The person's and the intermediates: the device knows the root alone.
        case chain
    }

    package let signer: ContentSigner

    package init(_ signer: ContentSigner) { self.signer = signer }

    /// The grant for `terms`; what a device would refuse whatever it trusts is refused here.
    package func grant(_ terms: GrantTerms, with certificates: Certificates) throws(GrantSigningError) -> Grant {
        let certificate = signer.certificate
        guard certificate.allowsClientAuthentication == true, certificate.allowsCodeSigning != true,
            !certificate.isAuthority
        else { throw .notForService(certificate.subject) }
        guard certificate.key.rawSignatureLength != nil else { throw .keyKind(certificate.key) }
        guard terms.notBefore.seconds >= certificate.notBefore.seconds - 60, terms.until <= certificate.notAfter else {
            throw .outsideCertificate(certificate.subject, from: certificate.notBefore, until: certificate.notAfter)
        }
        let signature: [UInt8]
        do throws(CryptoError) {
            let made = try signer.key.sign(
                terms.signedText(person: certificate.keyID), digest: certificate.key.naturalDigest)
            signature = try certificate.key.rawSignature(made)
        } catch {
            throw .crypto(error)
        }
        let carried: [Certificate] =
            switch certificates {
            case .none: []
            case .person: [certificate]
            case .chain: [certificate] + signer.intermediates
            }
        do throws(ServiceError) {
            return try Grant(terms, person: certificate.keyID, certificates: carried, signature: signature)
        } catch {
            throw .service(error)
        }
    }
}

/// Why no grant was made.
package enum GrantSigningError: Fault, Equatable {
    case crypto(CryptoError)
    case service(ServiceError)
    case notForService(String)
    case keyKind(KeyKind)
    case outsideCertificate(String, from: Timestamp, until: Timestamp)

    package var code: FaultCode {
        switch self {
        case .crypto(let error): error.code
        case .service(let error): error.code
        case .notForService: FaultCode(2830)
        case .keyKind: FaultCode(2831)
        case .outsideCertificate: FaultCode(2832)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .crypto: .failed
        case .service(let error): error.kind
        default: .usage
        }
    }

    package var description: String {
        switch self {
        case .crypto(let error): error.description
        case .service(let error): error.description
        case .notForService(let subject):
            "the certificate of '\(subject)' is not for service: that has clientAuth and not codeSigning"
        case .keyKind(let kind): "no device takes a grant by a key of the kind \(kind)"
        case .outsideCertificate(let subject, let start, let end):
            "the certificate of '\(subject)' is valid from \(start) to \(end), which the grant's time is not within"
        }
    }

    package var advice: String {
        switch self {
        case .service(let error): error.advice
        case .notForService: "Use the certificate that was issued to you for service."
        case .outsideCertificate: "Ask for fewer hours, check the clock, or have the certificate renewed."
        default: ""
        }
    }
}
