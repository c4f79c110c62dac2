package import SystemPackage
package import Trust
package import Vocabulary

/// Who has signed something so far, and what is known of that: for people to see, not for a device to act upon.
package struct ApprovalStanding: Sendable {
    /// What the signatures say of themselves.
    package let claims: [ClaimedApproval]
    /// Every check of them by a trust; nil where none was named or nobody has signed.
    package let examination: Examination?

    package init(
        of signatures: [UInt8], over content: [UInt8], trust: TrustPolicy?, at time: Timestamp
    ) throws(TrustError) {
        guard !signatures.isEmpty else {
            (claims, examination) = ([], nil)
            return
        }
        claims = try SignedData(der: signatures).claims(over: content)
        examination = trust.map { trust in
            Verifier(policy: trust).examine(
                content: content, signatures: signatures, at: TrustedTime(clock: time, watermark: nil))
        }
    }

    /// One line for each signature: in which role where that is known, what is meant, who, when, and whether it holds.
    package var lines: [String] {
        claims.map { claim in
            let meaning = claim.meaning?.rawValue ?? "signed, without saying what is meant"
            let said = "\(meaning) by \(claim.person.name.visible) at \(claim.signingTime)"
            guard claim.holds else { return "\(said): THE SIGNATURE IS NOT RIGHT" }
            guard let examination else { return "\(said) (the certificate was not checked: no --trust)" }
            guard let approval = examination.approvals.first(where: { $0.keyID == claim.keyID }) else {
                let failure = examination.failure(of: claim.subject).map { ": \($0)" } ?? ""
                return "\(said), REFUSED\(failure)"
            }
            return "\(approval.role): \(said)\(approval.approves ? "" : ", which counts for no role")"
        }
    }

    /// The key of the one person who signed in a role.
    package func key(of role: Role, in path: FilePath) throws(ApprovalError) -> Digest {
        let found = examination?.approvals.filter { $0.role == role } ?? []
        guard let first = found.first else { throw .noApproval(path, "of the role '\(role)'") }
        guard found.count == 1 else { throw .severalApprovals(role, count: found.count) }
        return first.keyID
    }

    /// A page with the approvals that are there, and what one more would say.
    package func page(_ page: ReviewPage, role: Role?, meaning: SignatureMeaning?) -> ReviewPage {
        let so = claims.isEmpty ? ["nobody yet"] : lines
        let page = page.adding(
            "Approvals so far", so.map { .value(ReviewPage.Label("Signed"), [$0]) })
        guard let meaning else { return page }
        var items: [ReviewPage.Item] = []
        if let role { items.append(.value(ReviewPage.Label("Your role"), [role.name])) }
        items.append(.value(ReviewPage.Label("You sign that you"), [meaning.sentence]))
        if let role { items.append(.value(ReviewPage.Label("For the role that means"), [role.responsibility])) }
        items.append(.value(ReviewPage.Label("What you sign (SHA-256)"), [page.digest.hex]))
        return page.adding("What you sign", items)
    }
}

extension Examination {
    /// The first check of one signer that failed.
    fileprivate func failure(of subject: String) -> TrustError? {
        for check in checks where check.subject == subject {
            if case .failed(let error) = check.verdict { return error }
        }
        return nil
    }
}

extension SignatureMeaning {
    fileprivate var sentence: String {
        switch self {
        case .authored: "made this (which does not count as an approval)"
        case .reviewed: "have read this (which does not count as an approval)"
        case .approved: "approve this"
        case .released: "give this out: approve and release it"
        }
    }
}

extension Role {
    /// What an approval in this role speaks for; the manufacturer's own procedures say more.
    fileprivate var responsibility: String {
        switch self {
        case .software: "the images are what was built and tested, and the record says what changed in them"
        case .quality: "the change went its documented way, and its verification and open deviations are acceptable"
        case .regulatory: "the assessment is right for every market, and the release may go out where it says so"
        default: "what the manufacturer's procedures give to the role '\(name)'"
        }
    }
}
