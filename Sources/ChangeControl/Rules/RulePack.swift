import Documents
package import Trust
package import Vocabulary

/// A rule pack that the role `regulatory` approved: the only kind that a device judges by.
package struct RulePack: Sendable {
    package let content: RuleDocument
    package let digest: Digest

    /// Takes a document whose approvals hold, if it is a rule pack and `regulatory` is among them.
    package init(_ document: VerifiedDocument) throws(RulePackError) {
        guard document.kind == RuleDocument.schema else { throw .otherKind(document.kind) }
        content = try RuleDocument(document.document)
        digest = document.digest
        guard document.content.approvals.contains(where: { $0.role == .regulatory }) else {
            throw .notApproved(content.id, role: .regulatory)
        }
    }

    /// Checks the signatures first, so that nothing of it is believed before.
    package static func verified(
        _ document: SignedDocument, by verifier: Verifier, at time: TrustedTime
    ) throws(RulePackError) -> RulePack {
        guard !document.signatures.isEmpty else { throw .unsigned }
        let verified: VerifiedDocument
        do throws(TrustError) { verified = try document.verified(by: verifier, at: time) } catch {
            throw .untrusted(error)
        }
        return try RulePack(verified)
    }
}

/// A rule pack that nobody has approved: enough to check records by, and nothing that a device takes.
package struct DraftRulePack: Sendable {
    package let content: RuleDocument

    package init(_ content: RuleDocument) { self.content = content }

    package init(toml text: String) throws(RulePackError) { content = try RuleDocument(toml: text) }

    /// The pack on its way to the people who sign it.
    package var document: SignedDocument { SignedDocument(content.json) }
}

/// The rule packs that are in force on a device, one for each id.
package struct RulePacks: Sendable {
    private var packs: [String: RulePack] = [:]

    package init() {}

    package var all: [RulePack] { packs.values.sorted { $0.content.id < $1.content.id } }

    /// The pack of what is no market's.
    package var common: RulePack? { packs[RuleDocument.common] }

    /// The pack that serves a market: one that names it, else one that serves any.
    package func serving(_ market: String) -> RulePack? {
        all.first { $0.content.serves(market) } ?? all.first { $0.content.serves(RuleDocument.anyMarket) }
    }

    /// Puts a pack in force, in the place of an older one of its id; false if the same one is in force already.
    ///
    /// Refused are one that is older, other content of the same version, one that has ended, and one that is not yet valid. Where only the
    /// date could say, it is taken, and gate G14 asks for the date. Without a time a pack is taken back that was in force before: the gates
    /// look at its dates whenever they ask it.
    @discardableResult
    package mutating func take(_ pack: RulePack, at time: PossibleTime?) throws(RulePackError) -> Bool {
        let content = pack.content
        if let current = packs[content.id] {
            guard content.version >= current.content.version else {
                throw .older(content.id, content.version, current: current.content.version)
            }
            if !(content.version > current.content.version) {
                guard pack.digest == current.digest else { throw .otherContent(content.id, content.version) }
                return false
            }
        }
        if let time, let end = content.validUntil, time.hasReached(end) == .yes {
            throw .ended(content.id, content.version, at: end)
        }
        if let time, time.hasReached(content.validFrom) == .no {
            throw .notYetValid(content.id, content.version, from: content.validFrom)
        }
        for market in content.markets {
            for other in all where other.content.id != content.id && other.content.serves(market) {
                throw .marketServedTwice(market, by: other.content.id, and: content.id)
            }
        }
        packs[content.id] = pack
        return true
    }
}
