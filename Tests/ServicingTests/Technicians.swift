import Documents
import Platform
import Releases
import Servicing
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

/// Authorities for service and for releases in one folder, and people of both.
final class Technicians: Sendable {
    static let technician = Role("technician") ?? .software
    static let lead = Role("service-lead") ?? .software
    /// When everybody got their certificates: a year before they end.
    static let start = Timestamp(seconds: 1_780_000_000)
    static let now = start.advanced(by: 86400)

    /// One for all tests that change nothing in it.
    static let shared = Result { try Technicians() }

    let folder: TemporaryFolder
    let authority: Authority
    private let storage = Storage()

    init() throws {
        folder = try TemporaryFolder()
        authority = Authority(folder: folder.path, storage: storage)
        try authority.create(
            roles: [Self.technician, Self.lead], for: .service, organization: "Test", keys: .p256, now: Self.start)
        try authority.create(roles: [.software, .regulatory], organization: "Test", keys: .p256, now: Self.start)
    }

    func person(_ name: String, role: Role = technician, keys: KeyKind = .p256, days: Int64 = 365) throws -> GrantSigner
    {
        let files = try authority.issue(role: role, person: name, keys: keys, days: days, now: Self.start)
        return GrantSigner(
            try ContentSigner.read(certificate: files.certificate, key: files.key.string, storage: storage))
    }

    /// Ada is everybody's technician.
    func ada() throws -> GrantSigner {
        if folder.has("technician/ada.pem") {
            return GrantSigner(
                try ContentSigner.read(
                    certificate: folder.file("technician/ada.pem"), key: folder.file("technician/ada.key").string,
                    storage: storage))
        }
        return try person("Ada")
    }

    /// The policy that the authority wrote, changed as a test needs it.
    func policy(_ changes: [(String, String)] = [], people: [Certificate] = []) throws -> ServicePolicy {
        var text = String(decoding: try folder.read("service.toml"), as: UTF8.self)
        for (old, new) in changes { text.replace(old, with: new) }
        for (index, person) in people.enumerated() {
            try folder.write("known\(index).pem", try person.pem)
            text.replace("people = [", with: "people = [\"known\(index).pem\", ")
        }
        var fields = try Fields(try TOML.read(text))
        return try ServicePolicy.read(try fields.fields("service"), folder: folder.path, storage: storage)
    }

    /// A certificate by the technicians' issuing authority that can be wrong in every way.
    func forged(
        _ name: String, keys: KeyKind = .p256, usage: String? = "clientAuth", days: Int64 = 365
    ) throws -> ContentSigner {
        try certified(name, key: try PrivateKey.generate(keys), usage: usage, days: days)
    }

    /// A certificate for a key that somebody else made.
    func certified(
        _ name: String, key: PrivateKey, usage: String? = "clientAuth", days: Int64 = 365
    ) throws -> ContentSigner {
        let issuing = try ContentSigner(
            key: try PrivateKey(pem: try folder.read("technician/issuing.key")),
            certificate: try Certificate.read(pem: try folder.read("technician/issuing.pem"), limit: 1)[0])
        var extensions = [
            CertificateExtension("basicConstraints", "critical,CA:FALSE"),
            CertificateExtension("keyUsage", "critical,digitalSignature"),
            CertificateExtension("subjectKeyIdentifier", "hash"),
            CertificateExtension("authorityKeyIdentifier", "keyid:always"),
        ]
        if let usage { extensions.append(CertificateExtension("extendedKeyUsage", usage)) }
        let form = CertificateForm(
            commonName: name, organization: "Test", organizationalUnit: "forged",
            serial: [0x40] + (try randomBytes(8)), notBefore: Self.start,
            notAfter: Self.start.advanced(by: days * 86400), extensions: extensions)
        return try ContentSigner(
            key: key, certificate: try form.signed(by: issuing.key, issuer: issuing.certificate, for: key),
            intermediates: [issuing.certificate])
    }
}

extension GrantTerms {
    /// From `start` after `Technicians.now`, for so many seconds.
    static func test(
        _ challenge: Challenge, rights: ServiceRights = .all, bundle: Digest? = nil, start: Int64 = 0,
        seconds: Int64 = 3600
    ) throws -> GrantTerms {
        let begin = Technicians.now.advanced(by: start)
        return try #require(
            GrantTerms(
                challenge: challenge, rights: rights, bundle: bundle, notBefore: begin,
                until: begin.advanced(by: seconds - 60)))
    }
}

extension ContentSigner {
    /// Signs a grant whatever the certificate is for.
    func forgedGrant(_ terms: GrantTerms, certificates: [Certificate]? = nil) throws -> Grant {
        let signature = try certificate.key.rawSignature(
            try key.sign(terms.signedText(person: certificate.keyID), digest: certificate.key.naturalDigest))
        return try Grant(
            terms, person: certificate.keyID, certificates: certificates ?? [certificate], signature: signature)
    }
}

/// The code that something is refused with; nil where it is not.
func refusal(_ body: () throws -> Void) -> Int? {
    do {
        try body()
        return nil
    } catch let fault as any Fault {
        return fault.code.rawValue
    } catch {
        return -1
    }
}

extension TrustedTime {
    static func clock(_ seconds: Int64, watermark: Int64? = nil) -> TrustedTime {
        TrustedTime(
            clock: Technicians.now.advanced(by: seconds),
            watermark: watermark.map { Technicians.now.advanced(by: $0) })
    }
}
