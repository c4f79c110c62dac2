package import Bundles
package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// A bundle as its reviewer meets it: the page of what is signed, and who has signed it so far.
package struct BundleReview: Sendable {
    package let manifest: Manifest
    package let page: ReviewPage
    /// What the signatures that are there say of themselves.
    package let claims: [ClaimedApproval]
    /// Every check of them by a trust; nil where none was named or nobody has signed.
    package let examination: Examination?

    package init(
        _ path: FilePath, in storage: Storage, trust: TrustPolicy? = nil, at time: Timestamp
    ) throws(ApprovalError) {
        do throws(ReleaseError) {
            let parts = try BundleApproval.parts(of: path, in: storage)
            page = try ReviewPage(manifest: parts.manifest)
            do throws(BundleError) { manifest = try Manifest(bytes: parts.manifest) } catch { throw .bundle(error) }
            do throws(TrustError) {
                claims =
                    parts.signatures.isEmpty ? [] : try SignedData(der: parts.signatures).claims(over: parts.manifest)
            } catch { throw .bundle(.untrusted(error)) }
            examination =
                parts.signatures.isEmpty
                ? nil
                : trust.map { trust in
                    Verifier(policy: trust).examine(
                        content: parts.manifest, signatures: parts.signatures,
                        at: TrustedTime(clock: time, watermark: nil))
                }
        } catch { throw .release(error) }
    }

    /// One line for each signature: in which role where that is known, what is meant, who, when, and whether it holds.
    package var approvals: [String] {
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

    /// The page with the approvals that are there, and what one more would say.
    package func page(role: Role?, meaning: SignatureMeaning?) -> ReviewPage {
        let so = claims.isEmpty ? ["nobody has signed it yet"] : approvals
        let page = page.adding("Approvals so far", [.value(ReviewPage.Label("Signed"), so)])
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
