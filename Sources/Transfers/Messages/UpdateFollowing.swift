import Documents
import Vocabulary

/// How an update goes on that a service tool has begun, as the device's `status` tells it.
struct UpdateFollowing {
    private let update: String

    init(_ update: String) { self.update = update }

    /// The status at the end of what needs the service tool; nil while the device still checks, writes or uploads.
    ///
    /// Throws what ended the update.
    func end(in status: JSON) throws(FaultReport) -> JSON? {
        let last = status["last"]
        let id = status["offer"]?["id"] ?? last?["offer"]?["id"] ?? last?["update"]?["offer"]?["id"]
        guard id?.string == update else { return nil }
        guard let state = status["state"]?.string, !["verifying", "installing", "uploading"].contains(state) else {
            return nil
        }
        if state == "idle", let fault = last?["fault"] { throw Self.refusal(fault, outcome: last?["outcome"]?.string) }
        return status
    }

    private static func refusal(_ fault: JSON, outcome: String?) -> FaultReport {
        let report: FaultReport
        do throws(DocumentError) {
            guard case .failure(let found) = try AnswerForm.read(["fault": fault]) else {
                return FaultReport(TransferError.ended(outcome ?? ""))
            }
            report = found
        } catch { return FaultReport(TransferError.malformed("status", error)) }
        guard outcome == "refused" else { return report }
        return FaultReport(code: report.code, kind: .refused, reason: report.reason, advice: report.advice)
    }
}
