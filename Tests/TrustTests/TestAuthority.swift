import Platform
import Releases
import SystemPackage
import TestSupport
import Trust
import Vocabulary

/// A certificate with its key.
struct Party: Sendable {
    let certificate: Certificate
    let key: PrivateKey
    var intermediates: [Certificate] = []

    var signer: ContentSigner {
        get throws { try ContentSigner(key: key, certificate: certificate, intermediates: intermediates) }
    }

    /// Writes the files that the openssl command takes, and gives their paths.
    func write(_ name: String, to folder: TemporaryFolder) throws -> (certificate: String, key: String, chain: String) {
        let certificate = try folder.write("\(name).pem", try self.certificate.pem)
        let key = try folder.write("\(name).key", try self.key.pem)
        let chain = try folder.write("\(name)-chain.pem", try intermediates.flatMap { try $0.pem })
        return (certificate.string, key.string, chain.string)
    }
}

/// A root and an issuing authority in memory, whose certificates can be wrong in every way.
struct TestAuthority: Sendable {
    static let start = Timestamp(seconds: 1_767_225_600)  // 2026-01-01
    static let day: Int64 = 86400
    static let codeSigning = [
        CertificateExtension("keyUsage", "critical,digitalSignature"),
        CertificateExtension("extendedKeyUsage", "codeSigning"),
    ]

    let name: String
    let root: Party
    let issuing: Party

    init(_ name: String, keys: KeyKind = .p256, issuingExtensions: [CertificateExtension] = []) throws {
        self.name = name
        root = try Self.make("\(name) root", keys, under: nil, days: 3650, extensions: Self.authority)
        issuing = try Self.make(
            "\(name) issuing", keys, under: root, days: 1800, extensions: Self.authority + issuingExtensions)
    }

    static let authority = [
        CertificateExtension("basicConstraints", "critical,CA:TRUE"),
        CertificateExtension("keyUsage", "critical,keyCertSign,cRLSign"),
    ]

    /// Valid from `from` for `days`, counted from the start of 2026.
    static func make(
        _ name: String, _ keys: KeyKind, key: PrivateKey? = nil, under issuer: Party?, from: Int64 = 0, days: Int64,
        extensions: [CertificateExtension], digest: DigestAlgorithm? = nil
    ) throws -> Party {
        let identifiers = [
            CertificateExtension("subjectKeyIdentifier", "hash"),
            CertificateExtension("authorityKeyIdentifier", "keyid"),
        ]
        let form = CertificateForm(
            commonName: name, organization: "Example Devices", organizationalUnit: "test",
            serial: [0x40] + (try randomBytes(8)), notBefore: start.advanced(by: from * day),
            notAfter: start.advanced(by: (from + days) * day), extensions: extensions + identifiers)
        let key = try key ?? PrivateKey.generate(keys)
        let certificate = try form.signed(
            by: issuer?.key ?? key, issuer: issuer?.certificate, for: key, digest: digest)
        return Party(certificate: certificate, key: key)
    }

    func signer(
        _ person: String, _ keys: KeyKind = .p256, key: PrivateKey? = nil, from: Int64 = 0, days: Int64 = 365,
        extensions: [CertificateExtension] = Self.codeSigning
    ) throws -> Party {
        var party = try Self.make(
            person, keys, key: key, under: issuing, from: from, days: days, extensions: extensions)
        party.intermediates = [issuing.certificate]
        return party
    }

    func revocationList(
        by party: Party, revoking certificates: [Certificate] = [], days: Int64 = 365, number: UInt64 = 1
    ) throws -> RevocationList {
        let form = RevocationListForm(
            thisUpdate: Self.start.advanced(by: Int64(number)), nextUpdate: Self.start.advanced(by: days * Self.day),
            number: number, revoked: certificates)
        return try form.signed(by: party.key, issuer: party.certificate)
    }
}

/// Roles with one person each, who approve the same content; a policy of two of them unless a test asks for more.
struct Scenario: Sendable {
    let software: TestAuthority
    let regulatory: TestAuthority
    let quality: TestAuthority
    let ada: Party
    let grace: Party
    let joan: Party
    let content = Array("the manifest".utf8)

    /// Day 30: what stands signed on day 10 is verified then.
    static let now = Self.on(30)

    init() throws {
        software = try TestAuthority("software")
        regulatory = try TestAuthority("regulatory")
        quality = try TestAuthority("quality")
        ada = try software.signer("Ada")
        grace = try regulatory.signer("Grace")
        joan = try quality.signer("Joan")
    }

    /// Noon of a day counted from the start of 2026, by a clock that is right.
    static func on(_ day: Int64) -> TrustedTime { TrustedTime(clock: moment(day), watermark: nil) }

    static func moment(_ day: Int64) -> Timestamp { TestAuthority.start.advanced(by: day * TestAuthority.day + 43200) }

    func policy(
        required: [Role] = [.software, .regulatory], lists: [RevocationList] = [], extra: [Role: [Certificate]] = [:]
    ) throws -> TrustPolicy {
        let roles = [Role.software: [software.root.certificate], .regulatory: [regulatory.root.certificate]]
        return try TrustPolicy(
            required: required, roles: roles.merging(extra) { $0 + $1 }, revocationLists: lists)
    }

    func approve(_ parties: Party..., on day: Int64 = 10) throws -> [UInt8] {
        var der: [UInt8]?
        for party in parties { der = try party.signer.sign(content, at: Self.moment(day), addingTo: der) }
        return der ?? []
    }

    /// Two approvals that no signer of ours would put beside each other.
    func together(_ one: Party, _ other: Party) throws -> [UInt8] {
        try together(try approve(one), try approve(other))
    }

    func together(_ one: [UInt8], _ other: [UInt8]) throws -> [UInt8] {
        var der = try SignedData(der: one)
        let added = try SignedData(der: other)
        for signer in added.signers { der.add(signer, certificates: added.certificates) }
        return der.der
    }
}

extension Verifier {
    /// The code of the refusal, nil where there is none.
    func refusal(_ content: [UInt8], _ signatures: [UInt8], at time: TrustedTime = Scenario.now) -> TrustError? {
        switch examine(content: content, signatures: signatures, at: time).result {
        case .success: nil
        case .failure(let error): error
        }
    }
}
