package import Bundles

/// Judges a verified release by every gate, in order; all fourteen verdicts are given even if the first one refuses.
///
/// It is a pure function of what it is given, and total: whatever a record says, there is an answer.
package enum GateSequence {
    package static func judge(
        _ release: VerifiedRelease, on device: DeviceFacts, by documents: GateDocuments, at moment: GateMoment
    ) -> [GateVerdict] {
        let inquiry = GateInquiry(release, device, documents, moment)
        var verdicts: [GateVerdict] = []
        for gate in Gate.allCases {
            guard moment == .verification || gate.isAskedAtActivation else {
                let reason = "asked at verification; nothing that it depends on changes before the restart"
                verdicts.append(GateVerdict(gate, notApplicable: reason))
                continue
            }
            verdicts.append(inquiry.verdict(of: gate, after: verdicts))
        }
        return verdicts
    }
}
