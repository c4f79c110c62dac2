/// What somebody says by a signature (21 CFR 11.50(a)(3)), as it stands among the signed attributes.
///
/// It travels as a commitment-type indication (RFC 5126 §5.11.1). The RFC's commitments are about messages, so which one stands for
/// which meaning is laid down here and in docs/trust.md.
package enum SignatureMeaning: String, Sendable, CaseIterable {
    /// I made this: proof of creation.
    case authored
    /// I have read this: proof of receipt.
    case reviewed
    /// I approve this: proof of approval.
    case approved
    /// I give this out: proof of origin.
    case released

    /// Nil for a commitment that stands for nothing here.
    init?(_ commitment: ObjectIdentifier) {
        guard let meaning = Self.allCases.first(where: { $0.commitment == commitment }) else { return nil }
        self = meaning
    }

    var commitment: ObjectIdentifier {
        switch self {
        case .released: .proofOfOrigin
        case .reviewed: .proofOfReceipt
        case .approved: .proofOfApproval
        case .authored: .proofOfCreation
        }
    }

    /// Whether it agrees to the content: who wrote or read something has not approved it by that.
    package var approves: Bool { self == .approved || self == .released }
}
