import Agent
import Documents
import Testing
import Vocabulary

@Suite("The lifecycle of an update")
struct LifecycleTests {
    /// One arrow: a state, what happened, and the name of the state after; nil where nothing changes.
    struct Arrow: Sendable, CustomTestStringConvertible {
        let from: LifecycleState
        let event: LifecycleEvent
        let to: String?
        var cause: RollbackCause?

        init(_ from: LifecycleState, _ event: LifecycleEvent, _ to: String?, cause: RollbackCause? = nil) {
            self.from = from
            self.event = event
            self.to = to
            self.cause = cause
        }

        var testDescription: String { "\(from.name), \(event) -> \(to ?? "nothing")" }
    }

    static func started(
        _ running: SlotSet, _ boot: String, watchdog: Bool = false, deadMan: Bool = false
    ) -> LifecycleEvent {
        .started(running: running, boot: boot, watchdogFired: watchdog, deadManFired: deadMan)
    }

    static let arrows: [Arrow] = [
        Arrow(.fresh, .offered(Sample.offer), "verifying"),
        Arrow(.fresh, .written, nil),
        Arrow(.fresh, started(.a, "1"), nil),
        Arrow(.verifying(Sample.offer), .verified(Sample.update), "installing"),
        Arrow(.verifying(Sample.offer), .refused(Sample.fault), "idle"),
        Arrow(.verifying(Sample.offer), .cancelled, "idle"),
        Arrow(.verifying(Sample.offer), started(.a, "1"), nil),
        Arrow(.verifying(Sample.streamed), started(.a, "1"), "idle"),
        Arrow(.verifying(Sample.offer), .offered(Sample.offer), nil),
        Arrow(.installing(Sample.update), .written, "installed"),
        Arrow(.installing(Sample.update), .refused(Sample.fault), "idle"),
        Arrow(.installing(Sample.update), .failed(Sample.fault, resumable: true), "idle"),
        Arrow(.installing(Sample.update), .cancelled, "idle"),
        Arrow(.installing(Sample.update), started(.a, "1"), nil),
        Arrow(.installing(Sample.streamedUpdate), started(.a, "1"), "idle"),
        Arrow(.installing(Sample.update), .selfTestsPassed, nil),
        Arrow(.installed(Sample.update), .clear, "activated"),
        Arrow(.installed(Sample.update), .held(reasons: ["a patient is connected"]), "waiting"),
        Arrow(.installed(Sample.update), .activationRequested, "waiting"),
        Arrow(.installed(Sample.update), .cancelled, "idle"),
        Arrow(.waiting(Sample.update, reasons: ["x"]), .held(reasons: ["x"]), nil),
        Arrow(.waiting(Sample.update, reasons: ["x"]), .held(reasons: ["y"]), "waiting"),
        Arrow(.waiting(Sample.update, reasons: ["x"]), .clear, "activated"),
        Arrow(.waiting(Sample.update, reasons: ["x"]), .cancelled, "idle"),
        Arrow(.activated(Sample.update), .armed(boot: "1"), "restarting"),
        Arrow(.activated(Sample.update), .bootControlFailed(Sample.fault), "idle"),
        Arrow(.activated(Sample.update), started(.b, "2"), "testing"),
        Arrow(.activated(Sample.update), started(.a, "2"), nil),
        Arrow(.restarting(Sample.update, boot: "1"), started(.a, "1"), nil),
        Arrow(.restarting(Sample.update, boot: "1"), started(.b, "2"), "testing"),
        Arrow(.restarting(Sample.update, boot: "1"), started(.a, "2"), "rolling-back", cause: .bootFailed),
        Arrow(
            .restarting(Sample.update, boot: "1"), started(.a, "2", watchdog: true), "rolling-back", cause: .watchdog),
        Arrow(.restarting(Sample.update, boot: "1"), started(.a, "2", deadMan: true), "rolling-back", cause: .deadline),
        Arrow(.restarting(Sample.update, boot: "1"), .rollbackCommanded, "rolling-back", cause: .commanded),
        Arrow(.testing(Sample.update, boot: "2"), .selfTestsPassed, "soaking"),
        Arrow(.testing(Sample.update, boot: "2"), .selfTestsFailed, "rolling-back", cause: .selfTest),
        Arrow(.testing(Sample.update, boot: "2"), .deadlinePassed, "rolling-back", cause: .deadline),
        Arrow(.testing(Sample.update, boot: "2"), .rollbackCommanded, "rolling-back", cause: .commanded),
        Arrow(.testing(Sample.update, boot: "2"), .soaked, nil),
        Arrow(.testing(Sample.update, boot: "2"), started(.b, "2"), nil),
        Arrow(.testing(Sample.update, boot: "2"), started(.b, "3"), "testing"),
        Arrow(.testing(Sample.update, boot: "2"), started(.b, "3", deadMan: true), "rolling-back", cause: .deadline),
        Arrow(.testing(Sample.update, boot: "2"), started(.a, "3"), "rolling-back", cause: .interrupted),
        Arrow(.testing(Sample.update, boot: "2"), started(.a, "3", watchdog: true), "rolling-back", cause: .watchdog),
        Arrow(.soaking(Sample.update, boot: "2"), .soaked, "committed"),
        Arrow(.soaking(Sample.update, boot: "2"), started(.b, "2"), nil),
        Arrow(.soaking(Sample.update, boot: "2"), started(.b, "3"), "testing"),
        Arrow(.soaking(Sample.update, boot: "2"), .deadlinePassed, "rolling-back", cause: .deadline),
        Arrow(.soaking(Sample.update, boot: "2"), .selfTestsPassed, nil),
        Arrow(.committed(Sample.update), .committed, "idle"),
        Arrow(.committed(Sample.update), started(.b, "2"), nil),
        Arrow(.committed(Sample.update), .rollbackCommanded, nil),
        Arrow(.rollingBack(Sample.update, .selfTest, boot: "2"), .abandoned(running: .b), nil),
        Arrow(.rollingBack(Sample.update, .selfTest, boot: "2"), .abandoned(running: .a), "idle"),
        Arrow(.rollingBack(Sample.update, .selfTest, boot: "2"), .selfTestsPassed, nil),
    ]

    @Test("Every arrow leads where the design says", arguments: arrows)
    func arrow(_ arrow: Arrow) {
        let after = arrow.from.after(arrow.event)
        #expect(after?.name == arrow.to)
        if case .rollingBack(_, let cause, _)? = after { #expect(cause == arrow.cause) }
    }

    @Test("Nothing but a commit says that an update succeeded", arguments: arrows)
    func successOnlyAfterCommit(_ arrow: Arrow) {
        guard case .idle(.committed)? = arrow.from.after(arrow.event) else { return }
        #expect(arrow.from == .committed(Sample.update))
    }

    @Test("A damaged state database ends every update without a commit", arguments: arrows.map(\.from))
    func stateLost(_ state: LifecycleState) {
        switch state.after(.stateLost(boot: "9", running: .a)) {
        case nil: #expect(state == .fresh || state.name == "rolling-back")
        case .idle(.failed(_, let fault, _))?: #expect(fault.code == FaultCode(2702))
        case .rollingBack(_, .stateLost, _)?: break
        case let other?: Issue.record("\(state.name) went on to \(other.name)")
        }
    }

    @Test("A state survives being written and read back", arguments: arrows.map(\.from))
    func coding(_ state: LifecycleState) {
        #expect(LifecycleState(state.json) == state)
    }

    @Test(
        "Every conclusion survives being written and read back",
        arguments: [
            Conclusion.committed(Sample.update), .refused(Sample.offer, Sample.fault), .cancelled(Sample.offer),
            .failed(Sample.offer, Sample.fault, resumable: true), .rolledBack(Sample.update, .watchdog),
        ])
    func conclusions(_ conclusion: Conclusion) {
        let state = LifecycleState.idle(last: conclusion)
        #expect(LifecycleState(state.json) == state)
    }

    @Test("A state that a newer agent wrote with more members is still read")
    func additiveChanges() throws {
        guard case .object(var members) = LifecycleState.installed(Sample.update).json else { return }
        members["addedLater"] = ["anything": 1]
        #expect(LifecycleState(.object(members)) == .installed(Sample.update))
    }

    @Test(
        "Text that no agent wrote is not taken for a state",
        arguments: [JSON.null, [:], ["state": "happy"], ["state": "testing"]])
    func garbage(_ value: JSON) {
        #expect(LifecycleState(value) == nil)
    }
}
