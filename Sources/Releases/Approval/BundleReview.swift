import Bundles
package import Platform
package import SystemPackage
package import Trust
package import Vocabulary

/// A bundle as its reviewer meets it: the page of what is signed, and who has signed it so far.
package struct BundleReview: Sendable {
    package let page: ReviewPage
    package let standing: ApprovalStanding

    package init(
        _ path: FilePath, in storage: Storage, trust: TrustPolicy? = nil, at time: Timestamp
    ) throws(ApprovalError) {
        do throws(ReleaseError) {
            let parts = try BundleApproval.parts(of: path, in: storage)
            page = try ReviewPage(manifest: parts.manifest)
            do throws(TrustError) {
                standing = try ApprovalStanding(of: parts.signatures, over: parts.manifest, trust: trust, at: time)
            } catch { throw .bundle(.untrusted(error)) }
        } catch { throw .release(error) }
    }

    /// The page with the approvals that are there, and what one more would say.
    package func page(role: Role?, meaning: SignatureMeaning?) -> ReviewPage {
        standing.page(page, role: role, meaning: meaning)
    }
}
