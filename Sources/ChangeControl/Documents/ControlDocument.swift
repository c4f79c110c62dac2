package import Documents
package import Trust
import Vocabulary

/// A document that people approve and a device acts upon: docs/signed-documents.md says what each of them does.
///
/// A device reads one only from a `VerifiedDocument`; whoever writes or shows one reads its JSON as it is.
package protocol ControlDocument: Sendable, Equatable {
    static var kind: ControlDocumentKind { get }

    /// What it is known by; the same one twice changes nothing.
    var id: String { get }
    /// The document as it is signed.
    var json: JSON { get }

    /// Takes every member but `schema` from `fields`; its refusals are those of reading, before the values are weighed.
    init(reading fields: inout Fields) throws(DocumentError)
    /// Refuses what contradicts itself.
    func requireCoherence() throws(ControlDocumentError)
}

extension ControlDocument {
    /// Reads a document that nobody has vouched for yet: to write, show or sign it, never to act upon it.
    package init(unverified document: JSON) throws(ControlDocumentError) {
        do throws(DocumentError) {
            var fields = try Fields(document)
            let schema = try fields.string("schema")
            guard schema == Self.kind.rawValue else { throw fields.refuse("schema", "is not '\(Self.kind.rawValue)'") }
            self = try Self(reading: &fields)
            try fields.done()
        } catch { throw .malformed(Self.kind, error) }
        try requireCoherence()
    }

    /// Reads a document whose approvals hold, if they are those that such a document needs.
    package init(_ verified: VerifiedDocument) throws(ControlDocumentError) {
        guard verified.kind == Self.kind.rawValue else { throw .otherKind(verified.kind, wanted: Self.kind) }
        try self.init(unverified: verified.document)
        let found = Set(verified.content.approvals.map(\.role))
        for role in Self.kind.ownRoles(of: verified.document) where !found.contains(role) {
            throw .role(role, needed: Self.kind)
        }
    }
}

/// What a signed document is, by the schema that stands in it.
package enum ControlDocumentKind: String, Sendable, CaseIterable {
    case rules = "aftercare.rules/1"
    case baseline = "aftercare.baseline/1"
    case downgrade = "aftercare.downgrade/1"
    case withdrawal = "aftercare.withdrawal/1"
    case configuration = "aftercare.configuration/1"

    /// How a person calls it: `downgrade authorisation`.
    package var name: String {
        switch self {
        case .rules: "rule pack"
        case .baseline: "baseline"
        case .downgrade: "downgrade authorisation"
        case .withdrawal: "withdrawal of an approval"
        case .configuration: "configuration"
        }
    }

    /// The roles that must have approved this document, where they are not simply those of the policy.
    fileprivate func ownRoles(of document: JSON) -> [Role] {
        switch self {
        case .rules: [.regulatory]
        case .withdrawal: document["role"]?.string.flatMap { Role($0) }.map { [$0] } ?? []
        case .baseline, .downgrade, .configuration: []
        }
    }

    /// Reads a document of this kind that nobody has vouched for yet, and refuses what a device would.
    package func requireSoundness(of document: JSON) throws(ControlDocumentError) {
        switch self {
        case .baseline: _ = try Baseline(unverified: document)
        case .downgrade: _ = try DowngradeAuthorisation(unverified: document)
        case .withdrawal: _ = try ApprovalWithdrawal(unverified: document)
        case .configuration: _ = try ConfigurationAcceptance(unverified: document)
        case .rules:
            do throws(RulePackError) { _ = try RuleDocument(document) } catch { throw .rules(error) }
        }
    }

    /// The roles that must have approved such a document before a device acts upon it.
    package func requiredRoles(of document: JSON, by policy: TrustPolicy) -> [Role] {
        let own = ownRoles(of: document)
        return own.isEmpty ? policy.required : own
    }
}

extension SignedDocument {
    /// Checks every signature, and that the roles which a document of this kind needs are among the approvals.
    ///
    /// A device refuses what it has no use for: a kind that is not known here is never verified.
    package func verifiedByKind(
        _ policy: TrustPolicy, at time: TrustedTime
    ) throws(ControlDocumentError) -> VerifiedDocument {
        guard let known = ControlDocumentKind(rawValue: kind) else { throw .unknownKind(kind) }
        do throws(TrustError) {
            let demanding = try policy.requiring(known.requiredRoles(of: document, by: policy))
            return try verified(by: Verifier(policy: demanding), at: time)
        } catch { throw .trust(error) }
    }
}
