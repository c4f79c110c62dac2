import Documents
import Platform
import Servicing
import Vocabulary

/// Tells from the device's statuses what becomes of one update, until it rests.
struct InstallationWatch: Sendable {
    private static let busy: Set = ["verifying", "installing", "uploading"]
    private static let bad: Set = ["refused", "failed", "cancelled"]

    private let update: String

    /// Takes what the request `update` answered.
    init(_ answer: JSON) { update = answer["update"]?.string ?? "" }

    /// Whether the update needs its source no more; a status without an id, as everybody may read it, is taken for this update's.
    func isOver(_ status: JSON) -> Bool {
        if let id = Self.id(status), id != update { return false }
        return !Self.busy.contains(status["state"]?.string ?? "")
    }

    /// Why the update came to nothing; nil where it did not.
    func fault(_ status: JSON) -> FaultReport? {
        guard let last = status["last"], Self.id(status) == update, let outcome = last["outcome"]?.string,
            Self.bad.contains(outcome)
        else { return nil }
        return last["fault"].map(Self.report) ?? FaultReport(ConsoleError.updateEnded(outcome))
    }

    private static func id(_ status: JSON) -> String? {
        let last = status["last"]
        return (status["offer"]?["id"] ?? last?["offer"]?["id"] ?? last?["update"]?["offer"]?["id"])?.string
    }

    /// A fault as the agent's answers hold it.
    static func report(_ fault: JSON) -> FaultReport {
        let code = fault["code"]?.string.flatMap { Int($0.drop { !$0.isNumber }) } ?? 0
        let kind = fault["kind"]?.string.flatMap(FaultKind.init(rawValue:)) ?? .refused
        return FaultReport(
            code: FaultCode(code), kind: kind, reason: fault["reason"]?.string ?? "",
            advice: fault["advice"]?.string ?? "")
    }

    /// Asks for an update whose release comes over the line, and answers when it needs the line no more.
    ///
    /// `tell` hears how it stands meanwhile. The answer has the id in `update`, the device's `status` and a `summary` in words.
    static func run(
        _ request: JSON, in session: String, stream: borrowing OpenFile, at desk: any ServiceDesk,
        tell: (JSON) -> Void
    ) async throws(FaultReport) -> JSON {
        // From before it is asked for: an update may be over before anybody could look.
        var changes = await desk.changes()
        var isEarlier = true
        let answer = try await desk.perform(request, in: session, stream: stream)
        let watch = InstallationWatch(answer)
        while !Task.isCancelled {
            for await status in changes {
                defer { isEarlier = false }
                guard !isEarlier else { continue }
                tell(news(status))
                guard watch.isOver(status) else { continue }
                if let fault = watch.fault(status) { throw fault }
                return [
                    "update": .string(watch.update), "status": status, "summary": .string(StatusText.line(status)),
                ]
            }
            // The agent is away: it restarts, alone or with the device.
            try? await Task.sleep(for: .seconds(1))
            (changes, isEarlier) = (await desk.changes(), false)
        }
        throw FaultReport(ConsoleError.updateEnded("left"))
    }

    /// What whoever sends is told: the state, how far it is, and both in words.
    private static func news(_ status: JSON) -> JSON {
        let summary = ProgressText.text(status["progress"]) ?? StatusText.line(status)
        return .members([
            "state": status["state"], "progress": status["progress"], "summary": .string(summary),
        ])
    }
}
