import ChangeControl
import Documents
import Platform
import Releases
import Trust
import Vocabulary

/// Approvals of something: a CMS SignedData in DER.
///
/// Choices: 0 patches of approvals that hold, instead of DER; 1 those are patched inside of the device's own keys, by taking elements
/// apart and putting them together again.
struct CMSDoor: Entrance {
    private static let content = Array("what was approved".utf8)
    private let valid: [UInt8]
    private let verifier: Verifier
    private let signers: [ContentSigner]

    init(_ ground: Ground) throws {
        let approvers = try ground.approvers()
        signers = approvers.signers
        verifier = Verifier(policy: approvers.policy)
        valid = try approvers.signers.sign(Self.content)
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        let der = choices.contains(.bit(0)) ? valid.patched(by: &feed) : feed.remainder
        let examination = verifier.examine(
            content: Self.content, signatures: der, at: TrustedTime(clock: Ground.time, watermark: nil))
        if case .success = examination.result {
            try promise("only what was signed holds, in the one form that it has", der == valid)
        } else {
            try promise("approvals that hold are not refused", der != valid)
        }
        guard let signedData = try? SignedData(der: der) else { return }
        try promise("approvals are written as they were read", signedData.der == der)
        try promise("approvals are bounded", der.count <= SignedData.maximumByteCount)
        try promise(
            "signers and certificates are bounded",
            signedData.signers.count <= SignedData.maximumSignerCount
                && signedData.certificates.count <= SignedData.maximumCertificateCount)
        for certificate in signedData.certificates { try Self.look(at: certificate) }
        // Whoever adds an approval makes nothing of the others unreadable.
        guard choices.contains(.bit(1)), let signer = signers.first else { return }
        if let added = try? signer.sign(Self.content, at: Ground.time, addingTo: der) {
            try promise("an approval that was added can be read", (try? SignedData(der: added)) != nil)
        }
    }

    /// What a page or a terminal shows of a certificate, whoever made it.
    private static func look(at certificate: Certificate) throws(FuzzingError) {
        let shown = [certificate.subject, certificate.serialText, certificate.commonName ?? ""]
        for text in shown {
            try promise("a name in a certificate disturbs no terminal", !text.utf8.contains { $0 < 0x20 || $0 == 0x7F })
        }
        _ = (certificate.isAuthority, certificate.key, certificate.notBefore, certificate.notAfter)
    }
}

/// A signed document on its way to a device: rule packs, baselines, downgrade authorisations, withdrawals, configurations.
///
/// Choices: 0 edits of a whole one; 1 the text is brought into canonical form; 2 people whom the device trusts sign it.
struct SignedDocumentDoor: Entrance {
    private let templates: [JSON]
    private let signers: [ContentSigner]
    private let policy: TrustPolicy

    init(_ ground: Ground) throws {
        let approvers = try ground.approvers()
        (signers, policy) = (approvers.signers, approvers.policy)
        templates = try Templates.documents()
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        let isSigned = choices.contains(.bit(2))
        let text: [UInt8]
        if choices.contains(.bit(0)) {
            let document = templates[Int(feed.byte()) % templates.count].edited(by: &feed)
            let signatures = isSigned ? (try? signers.sign(document.canonicalBytes)) ?? [] : []
            text = SignedDocument(document, signatures: signatures).bytes
        } else {
            text = DocumentInput.bytes(&feed, choices, templates: [])
        }
        guard let document = try? SignedDocument(bytes: text) else { return }
        try promise("a signed document has one form", document.bytes == text)
        let verified: VerifiedDocument
        do throws(ControlDocumentError) {
            verified = try document.verifiedByKind(policy, at: TrustedTime(clock: Ground.time, watermark: nil))
        } catch { return }
        try promise("nothing is verified that nobody trusted has signed", isSigned && choices.contains(.bit(0)))
        try Self.take(verified)
    }

    /// Reads what holds by its kind, and again what that writes.
    private static func take(_ verified: VerifiedDocument) throws(FuzzingError) {
        switch ControlDocumentKind(rawValue: verified.kind) {
        case .baseline: try take(Baseline.self, verified)
        case .downgrade: try take(DowngradeAuthorisation.self, verified)
        case .withdrawal: try take(ApprovalWithdrawal.self, verified)
        case .configuration: try take(ConfigurationAcceptance.self, verified)
        case .rules: _ = try? RulePack(verified)
        case nil: throw .broken(promise: "no document of an unknown kind is verified")
        }
    }

    private static func take<Document: ControlDocument>(
        _ type: Document.Type, _ verified: VerifiedDocument
    ) throws(FuzzingError) {
        guard let document = try? Document(verified) else { return }
        let again: Document
        do throws(ControlDocumentError) { again = try Document(unverified: document.json) } catch {
            throw .broken(promise: "a document that was read and written can be read: \(error)")
        }
        try promise("a document is read as it was", again == document)
    }
}

/// What a device says of itself, as whoever receives its passport reads it.
///
/// Choices: 0 edits of a true statement; 1 its key is the one that is expected.
struct StatementDoor: Entrance {
    private let key: DeviceKey
    private let expected: PublicKey
    private let valid: JSON

    init(_ ground: Ground) throws {
        key = try DeviceKey.open(file: ground.path("device.key"), storage: ground.storage)
        expected = try PublicKey(der: try key.publicKey)
        valid = try key.sign(statement: Templates.passport)
    }

    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        var feed = Feed(bytes)
        let choices = Choices(rawValue: feed.byte())
        guard let value = DocumentInput.value(&feed, choices, templates: [valid]) else { return }
        _ = try? DeviceStatement.keyID(of: value)
        let isExpected = choices.contains(.bit(1))
        guard let statement = try? DeviceStatement.read(value, by: isExpected ? expected : nil) else { return }
        guard isExpected else { return }
        try promise("a device says only what it signed", statement == valid["statement"])
    }
}
