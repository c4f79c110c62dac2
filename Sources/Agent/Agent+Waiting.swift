import BootControl
import ChangeControl
import Documents
import Ledger
import Logging
import Platform
import Vocabulary

// Between an installed release and its restart: interlocks, what people have to acknowledge, and the gates once more.
extension Agent {
    func checkInterlocks(_ update: Update) async {
        var reasons: [String] = []
        for interlock in machine.interlocks { reasons += await interlock.reasons() }
        guard case .checkInterlocks = state.action, state.update == update else { return }
        let judgement = judgeAgain(update, interlocks: reasons)
        if let refusal = judgement.refusal {
            // What could not be read is no verdict: the release can be installed again.
            let event: LifecycleEvent =
                refusal.kind == .refused ? .refused(refusal) : .failed(refusal, resumable: true)
            if !follow(event, evidence: judgement.evidence) { await pause(.seconds(10)) }
            return
        }
        reasons += judgement.demands
        if reasons.isEmpty {
            var details: [String: JSON] = [:]
            if case .waiting(_, let wait) = state { details["waitedSeconds"] = .integer(secondsWaited(wait)) }
            if !follow(.clear, details: details, evidence: judgement.evidence) { await pause(.seconds(10)) }
        } else {
            follow(.held(reasons: reasons, at: records.now))
            followWaitingPolicy()
            if case .checkInterlocks = state.action { await pause(.seconds(configuration.update.interlockSeconds)) }
        }
    }

    /// However long an update waits, a restart is never forced: the policy only decides what is said, and whether it gives up.
    private func followWaitingPolicy() {
        guard case .waiting(_, let wait) = state, !wait.isLong else { return }
        let policy = configuration.update.waiting
        let waited = secondsWaited(wait)
        guard waited >= policy.limitSeconds else { return }
        let details: [String: JSON] = [
            "waitedSeconds": .integer(waited), "limitSeconds": .integer(policy.limitSeconds),
            "policy": .string(policy.then.rawValue),
        ]
        log.warning(
            "the update has waited longer than it should",
            metadata: ["seconds": "\(waited)", "reasons": "\(wait.reasons)", "policy": "\(policy.then.rawValue)"])
        switch policy.then {
        case .keepWaiting: follow(.waitedLong, details: details)
        case .giveUp:
            let fault = AgentError.heldTooLong(hours: waited / 3600, reasons: wait.reasons)
            follow(.failed(FaultReport(fault), resumable: true), details: details)
        }
    }

    /// How long an update has waited: what the clock says of the time before this agent began, and what passed since.
    ///
    /// A clock that is set while the update waits, be it by years, makes it wait neither longer nor shorter.
    func secondsWaited(_ wait: Wait) -> Int64 {
        let now = monotonicNanoseconds()
        let known = waitKnown ?? (wait.seconds(at: records.now), now)
        waitKnown = known
        return known.seconds + Int64((now - known.at) / 1_000_000_000)
    }
}
