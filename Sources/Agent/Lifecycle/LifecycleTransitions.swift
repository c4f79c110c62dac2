package import Vocabulary

extension LifecycleState {
    /// The state after `event`, or nil where the event has no place and changes nothing.
    package func after(_ event: LifecycleEvent) -> LifecycleState? {
        switch self {
        case .idle: afterIdle(event)
        case .verifying(let offer): Self.afterVerifying(offer, event)
        case .installing(let update): Self.afterInstalling(update, event)
        case .uploading(let update): Self.afterUploading(update, event)
        case .installed(let update), .waiting(let update, _): afterInstalled(update, event)
        case .activated(let update): Self.afterActivated(update, event)
        case .restarting(let update, let boot): Self.afterRestarting(update, boot, event)
        case .switching(let update, let boot), .testing(let update, let boot), .soaking(let update, let boot):
            afterTrial(update, boot, event)
        case .committed(let update): Self.afterCommitted(update, event)
        case .rollingBack(let update, let cause, _): Self.afterRollingBack(update, cause, event)
        }
    }

    private func afterIdle(_ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .offered(let offer): .verifying(offer)
        case .rollbackOffered(let update): update.peripherals.isEmpty ? .installed(update) : .uploading(update)
        default: nil
        }
    }

    private static func afterVerifying(_ offer: Offer, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .verified(let update): .installing(update)
        case .refused(let fault): .idle(last: .refused(offer, fault))
        case .failed(let fault, let resumable): .idle(last: .failed(offer, fault, resumable: resumable))
        case .cancelled: .idle(last: .cancelled(offer))
        case .started where !offer.source.canBeReopened: .idle(last: .failed(offer, .interrupted, resumable: true))
        case .stateLost: .idle(last: .failed(offer, .stateLost, resumable: true))
        default: nil
        }
    }

    private static func afterInstalling(_ update: Update, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .written: update.peripherals.isEmpty ? .installed(update) : .uploading(update)
        // The payload is only read now: what does not match the signed index is refused here, not failed.
        case .refused(let fault): .idle(last: .refused(update.offer, fault))
        case .failed(let fault, let resumable): .idle(last: .failed(update.offer, fault, resumable: resumable))
        case .cancelled: .idle(last: .cancelled(update.offer))
        case .started where !update.offer.source.canBeReopened:
            .idle(last: .failed(update.offer, .interrupted, resumable: true))
        case .stateLost: .idle(last: .failed(update.offer, .stateLost, resumable: true))
        default: nil
        }
    }

    /// What has come onto the device's own slots stays there, so this can always be gone on with.
    private static func afterUploading(_ update: Update, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .uploaded(let changes): .installed(update.changing(changes))
        case .refused(let fault): .idle(last: .refused(update.offer, fault))
        case .failed(let fault, let resumable): .idle(last: .failed(update.offer, fault, resumable: resumable))
        case .cancelled: .idle(last: .cancelled(update.offer))
        case .stateLost: .idle(last: .failed(update.offer, .stateLost, resumable: true))
        default: nil
        }
    }

    private func afterInstalled(_ update: Update, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .activationRequested(let now):
            if case .installed = self { .waiting(update, Wait(since: now)) } else { nil }
        case .held(let reasons, let now): afterHeld(update, reasons, now)
        case .waitedLong:
            if case .waiting(_, let wait) = self, !wait.isLong { .waiting(update, wait.becomingLong) } else { nil }
        case .failed(let fault, let resumable): .idle(last: .failed(update.offer, fault, resumable: resumable))
        // What has happened since the verification can shut a gate: an approval withdrawn, another rule pack.
        case .refused(let fault): .idle(last: .refused(update.offer, fault))
        case .clear: .activated(update)
        case .cancelled: .idle(last: .cancelled(update.offer))
        case .stateLost: .idle(last: .failed(update.offer, .stateLost, resumable: true))
        default: nil
        }
    }

    /// The same reasons once more are no news; a wait is counted from its beginning, whatever its reasons.
    private func afterHeld(_ update: Update, _ reasons: [String], _ now: Timestamp) -> LifecycleState? {
        guard case .waiting(_, let wait) = self else { return .waiting(update, Wait(since: now, reasons: reasons)) }
        return wait.reasons == reasons && wait.since != nil ? nil : .waiting(update, wait.held(by: reasons, at: now))
    }

    private static func afterActivated(_ update: Update, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .armed(let boot): .restarting(update, boot: boot)
        case .bootControlFailed(let fault): .idle(last: .failed(update.offer, fault, resumable: true))
        // Power went after the loader was told and before that was recorded: we may be in the trial already.
        case .started(update.target, let boot, _, _): proving(update, boot)
        case .stateLost(let boot, _): .rollingBack(update, .stateLost, boot: boot)
        default: nil
        }
    }

    /// The first state of a trial; again after every restart, as peripherals go back by themselves when they lose power.
    private static func proving(_ update: Update, _ boot: String) -> LifecycleState {
        update.peripherals.isEmpty ? .testing(update, boot: boot) : .switching(update, boot: boot)
    }

    private static func afterRestarting(_ update: Update, _ before: String, _ event: LifecycleEvent) -> LifecycleState?
    {
        switch event {
        // The agent was restarted, the machine was not: ask again.
        case .started(_, before, _, _): nil
        case .started(update.target, let boot, _, _): proving(update, boot)
        case .started(_, let boot, let watchdog, let deadMan):
            .rollingBack(update, deadMan ? .deadline : watchdog ? .watchdog : .bootFailed, boot: boot)
        case .rollbackCommanded: .rollingBack(update, .commanded, boot: before)
        case .stateLost(let boot, _): .rollingBack(update, .stateLost, boot: boot)
        default: nil
        }
    }

    private func afterTrial(_ update: Update, _ trialBoot: String, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .switched:
            if case .switching = self { .testing(update, boot: trialBoot) } else { nil }
        case .peripheralsFailed: .rollingBack(update, .peripheral, boot: trialBoot)
        case .selfTestsPassed:
            if case .testing = self { .soaking(update, boot: trialBoot) } else { nil }
        case .selfTestsFailed:
            if case .testing = self { .rollingBack(update, .selfTest, boot: trialBoot) } else { nil }
        case .soaked:
            if case .soaking = self { .committed(update) } else { nil }
        case .deadlinePassed: .rollingBack(update, .deadline, boot: trialBoot)
        case .rollbackCommanded: .rollingBack(update, .commanded, boot: trialBoot)
        // Same boot: only the agent was restarted. Another boot of the target: the loader had a try left; prove it again.
        case .started(update.target, let boot, _, let deadMan):
            deadMan
                ? .rollingBack(update, .deadline, boot: boot) : boot == trialBoot ? nil : Self.proving(update, boot)
        case .started(_, let boot, let watchdog, let deadMan):
            .rollingBack(update, deadMan ? .deadline : watchdog ? .watchdog : .interrupted, boot: boot)
        case .stateLost(let boot, _): .rollingBack(update, .stateLost, boot: boot)
        default: nil
        }
    }

    private static func afterCommitted(_ update: Update, _ event: LifecycleEvent) -> LifecycleState? {
        switch event {
        case .committed: .idle(last: .committed(update))
        case .peripheralsFailed: .rollingBack(update, .peripheral, boot: "")
        case .deadlinePassed: .rollingBack(update, .deadline, boot: "")
        case .started(let running, let boot, _, _) where running != update.target:
            .rollingBack(update, .interrupted, boot: boot)
        // Peripherals that lost power before they were confirmed went back: the set has to prove itself once more.
        case .started(_, let boot, _, _): update.peripherals.isEmpty ? nil : .switching(update, boot: boot)
        case .stateLost(let boot, _): .rollingBack(update, .stateLost, boot: boot)
        default: nil
        }
    }

    private static func afterRollingBack(
        _ update: Update, _ cause: RollbackCause, _ event: LifecycleEvent
    ) -> LifecycleState? {
        switch event {
        // Success of a rollback, like that of an update, is said only once another slot set runs.
        case .abandoned(let running) where running != update.target: .idle(last: .rolledBack(update, cause))
        default: nil
        }
    }
}

extension FaultReport {
    package static let interrupted = FaultReport(AgentError.interrupted)
    package static let stateLost = FaultReport(AgentError.stateLost)
}
