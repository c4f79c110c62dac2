import Bundles
import ChangeControl
import Documents
package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// A bundle as its reviewer meets it: the page of what is signed, and who has signed it so far.
package struct BundleReview: Sendable {
    package let page: ReviewPage
    package let standing: ApprovalStanding

    /// `rules` adds what the rule packs find to the page: it is no part of what is signed, and the page says so.
    package init(
        _ path: FilePath, in storage: Storage, trust: TrustPolicy? = nil, rules: RecordJudgement? = nil,
        at time: Timestamp
    ) throws(ApprovalError) {
        do throws(ReleaseError) {
            let parts = try BundleApproval.parts(of: path, in: storage)
            let signed = try ReviewPage(manifest: parts.manifest)
            page =
                try rules.map { (rules) throws(ReleaseError) in
                    signed.adding("What the rule packs find (not signed)", try Self.findings(parts.manifest, rules))
                } ?? signed
            do throws(TrustError) {
                standing = try ApprovalStanding(of: parts.signatures, over: parts.manifest, trust: trust, at: time)
            } catch { throw .bundle(.untrusted(error)) }
        } catch { throw .release(error) }
    }

    private static func findings(
        _ manifest: [UInt8], _ rules: RecordJudgement
    ) throws(ReleaseError) -> [ReviewPage.Item] {
        let release: Manifest
        do throws(BundleError) { release = try Manifest(bytes: manifest) } catch { throw .bundle(error) }
        let record: ChangeRecord
        do throws(DocumentError) { record = try ChangeRecord(release.change) } catch {
            return [.value(ReviewPage.Label("Refused"), [error.description.visible])]
        }
        let found = rules.findings(in: record).map { finding in
            ReviewPage.Item.value(
                ReviewPage.Label(finding.severity == .refuse ? "Refused" : "To be considered"), [finding.line])
        }
        let unserved = rules.unservedMarkets(in: record).map { market in
            ReviewPage.Item.value(ReviewPage.Label("Not judged"), ["no rule pack serves \(market.visible)"])
        }
        return found + unserved + (found.isEmpty ? [.value(ReviewPage.Label("Result"), ["nothing to refuse"])] : [])
    }

    /// The page with the approvals that are there, and what one more would say.
    package func page(role: Role?, meaning: SignatureMeaning?) -> ReviewPage {
        standing.page(page, role: role, meaning: meaning)
    }
}
