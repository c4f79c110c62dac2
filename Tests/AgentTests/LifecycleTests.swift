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

    static func waiting(_ reason: String, isLong: Bool = false) -> LifecycleState {
        .waiting(Sample.update, Wait(since: Sample.time, reasons: [reason], isLong: isLong))
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
        Arrow(.installed(Sample.update), .held(reasons: ["a patient is connected"], at: Sample.time), "waiting"),
        Arrow(.installed(Sample.update), .activationRequested(at: Sample.time), "waiting"),
        Arrow(.installed(Sample.update), .cancelled, "idle"),
        Arrow(waiting("x"), .held(reasons: ["x"], at: Sample.time.advanced(by: 5)), nil),
        Arrow(waiting("x"), .held(reasons: ["y"], at: Sample.time.advanced(by: 5)), "waiting"),
        Arrow(waiting("x"), .clear, "activated"),
        Arrow(waiting("x"), .waitedLong, "waiting"),
        Arrow(waiting("x", isLong: true), .waitedLong, nil),
        Arrow(waiting("x"), .failed(Sample.fault, resumable: true), "idle"),
        Arrow(waiting("x"), .cancelled, "idle"),
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

    static let peripheralArrows: [Arrow] = [
        Arrow(.fresh, .rollbackOffered(Sample.setUpdate), "uploading"),
        Arrow(.installing(Sample.setUpdate), .written, "uploading"),
        Arrow(.uploading(Sample.setUpdate), .uploaded(Sample.changes), "installed"),
        Arrow(.uploading(Sample.setUpdate), .failed(Sample.fault, resumable: true), "idle"),
        Arrow(.uploading(Sample.setUpdate), .refused(Sample.fault), "idle"),
        Arrow(.uploading(Sample.setUpdate), .cancelled, "idle"),
        Arrow(.uploading(Sample.setUpdate), started(.a, "1"), nil),
        Arrow(.activated(Sample.setUpdate), started(.b, "2"), "switching"),
        Arrow(.restarting(Sample.setUpdate, boot: "1"), started(.b, "2"), "switching"),
        Arrow(
            .restarting(Sample.setUpdate, boot: "1"), started(.a, "2"), "rolling-back", cause: .bootFailed),
        Arrow(.switching(Sample.setUpdate, boot: "2"), .switched, "testing"),
        Arrow(.switching(Sample.setUpdate, boot: "2"), .peripheralsFailed, "rolling-back", cause: .peripheral),
        Arrow(.switching(Sample.setUpdate, boot: "2"), .deadlinePassed, "rolling-back", cause: .deadline),
        Arrow(.switching(Sample.setUpdate, boot: "2"), .rollbackCommanded, "rolling-back", cause: .commanded),
        Arrow(.switching(Sample.setUpdate, boot: "2"), .selfTestsPassed, nil),
        Arrow(.switching(Sample.setUpdate, boot: "2"), .selfTestsFailed, nil),
        Arrow(.switching(Sample.setUpdate, boot: "2"), started(.b, "2"), nil),
        Arrow(.switching(Sample.setUpdate, boot: "2"), started(.b, "3"), "switching"),
        Arrow(.switching(Sample.setUpdate, boot: "2"), started(.a, "3"), "rolling-back", cause: .interrupted),
        Arrow(.testing(Sample.setUpdate, boot: "2"), started(.b, "3"), "switching"),
        Arrow(.testing(Sample.setUpdate, boot: "2"), .switched, nil),
        Arrow(.soaking(Sample.setUpdate, boot: "2"), started(.b, "3"), "switching"),
        Arrow(.soaking(Sample.setUpdate, boot: "2"), .peripheralsFailed, "rolling-back", cause: .peripheral),
        Arrow(.committed(Sample.setUpdate), .peripheralsFailed, "rolling-back", cause: .peripheral),
        Arrow(.committed(Sample.setUpdate), started(.b, "3"), "switching"),
        Arrow(.committed(Sample.setUpdate), started(.a, "3"), "rolling-back", cause: .interrupted),
    ]

    @Test("Every arrow leads where the design says", arguments: arrows + peripheralArrows)
    func arrow(_ arrow: Arrow) {
        let after = arrow.from.after(arrow.event)
        #expect(after?.name == arrow.to)
        if case .rollingBack(_, let cause, _)? = after { #expect(cause == arrow.cause) }
    }

    @Test("Nothing but a commit says that an update succeeded", arguments: arrows + peripheralArrows)
    func successOnlyAfterCommit(_ arrow: Arrow) {
        guard case .idle(.committed)? = arrow.from.after(arrow.event) else { return }
        #expect(arrow.from == .committed(Sample.update))
    }

    @Test("What peripherals run and will run is remembered once it is known")
    func changes() throws {
        let installed = try #require(LifecycleState.uploading(Sample.setUpdate).after(.uploaded(Sample.changes)))
        #expect(installed.update?.peripherals == Sample.changes)
        #expect(LifecycleState(installed.json) == installed)
    }

    @Test("A wait is counted from its beginning, whatever its reasons become")
    func waitCounts() throws {
        let first = Self.waiting("x")
        let second = try #require(first.after(.held(reasons: ["y"], at: Sample.time.advanced(by: 500))))
        guard case .waiting(_, let wait) = second else { throw Unexpected(state: second.name) }
        #expect(wait == Wait(since: Sample.time, reasons: ["y"]))
        #expect(wait.seconds(at: Sample.time.advanced(by: 700)) == 700)
    }

    @Test("A wait that an older agent wrote down is counted from when it is next looked at")
    func oldWait() throws {
        let old = LifecycleState.waiting(Sample.update, Wait(since: nil, reasons: ["x"]))
        let next = try #require(old.after(.held(reasons: ["x"], at: Sample.time)))
        #expect(next == Self.waiting("x"))
    }

    private struct Unexpected: Error { let state: String }

    @Test(
        "A damaged state database ends every update without a commit",
        arguments: (arrows + peripheralArrows).map(\.from))
    func stateLost(_ state: LifecycleState) {
        switch state.after(.stateLost(boot: "9", running: .a)) {
        case nil: #expect(state == .fresh || state.name == "rolling-back")
        case .idle(.failed(_, let fault, _))?: #expect(fault.code == FaultCode(2702))
        case .rollingBack(_, .stateLost, _)?: break
        case let other?: Issue.record("\(state.name) went on to \(other.name)")
        }
    }

    @Test("A state survives being written and read back", arguments: (arrows + peripheralArrows).map(\.from))
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
