package import Vocabulary

/// Where an update stands (design §7).
///
/// How it works: `action` follows from the state alone and `after(event)` is pure, so an agent that lost power reads the state and
/// does the same thing again. The shell records each new state before it acts on it. All actions can be repeated.
package enum LifecycleState: Equatable, Sendable {
    /// Nothing is going on; `last` tells how the update before ended.
    case idle(last: Conclusion?)
    /// Header, signatures, manifest and index are being checked; no byte has reached a slot.
    case verifying(Offer)
    /// Images go into the target slots and are read back.
    case installing(Update)
    /// The images of peripherals go from the target's slots into the peripherals' inactive slots.
    case uploading(Update)
    /// Written, read back and right; the boot loader does not know of it yet.
    case installed(Update)
    /// Wanted to restart, but something speaks against it.
    case waiting(Update, Wait)
    /// The boot loader is being told to try the target next.
    case activated(Update)
    /// A restart was asked for during boot `boot`.
    case restarting(Update, boot: String)
    /// The target runs on trial since boot `boot`; the peripherals follow it, each on trial too.
    case switching(Update, boot: String)
    /// The whole slot set runs on trial since boot `boot`; its self-tests run.
    case testing(Update, boot: String)
    /// The self-tests passed; the release must hold for a while.
    case soaking(Update, boot: String)
    /// Proved; the target is being made the confirmed slot set.
    case committed(Update)
    /// The target is being abandoned; `boot` is the boot in which that was decided.
    case rollingBack(Update, RollbackCause, boot: String)

    package static let fresh = LifecycleState.idle(last: nil)
}

/// What happened.
package enum LifecycleEvent: Equatable, Sendable {
    case offered(Offer)
    /// A release that is in another slot set already is to run again.
    case rollbackOffered(Update)
    case verified(Update)
    case refused(FaultReport)
    case failed(FaultReport, resumable: Bool)
    case cancelled
    case written
    /// Every peripheral has its image beside the one that it runs.
    case uploaded([PeripheralChange])
    case activationRequested(at: Timestamp)
    case held(reasons: [String], at: Timestamp)
    /// The wait has lasted longer than the device's policy finds right.
    case waitedLong
    case clear
    case armed(boot: String)
    /// The agent started; `watchdogFired` and `deadManFired` are the marks that a forced restart leaves.
    case started(running: SlotSet, boot: String, watchdogFired: Bool, deadManFired: Bool)
    /// Every peripheral runs its new image and says so.
    case switched
    case peripheralsFailed
    case selfTestsPassed
    case selfTestsFailed
    case soaked
    case deadlinePassed
    case rollbackCommanded
    /// The boot loader's state could not be read or changed.
    case bootControlFailed(FaultReport)
    case stateLost(boot: String, running: SlotSet)
    case committed
    case abandoned(running: SlotSet)
}

/// The one thing to do in a state.
package enum LifecycleAction: Equatable, Sendable {
    case rest
    case verify(Offer)
    case install(Update)
    case upload(Update)
    case awaitActivation(Update)
    case checkInterlocks(Update)
    case arm(Update)
    case restart
    case switchPeripherals(Update)
    case runSelfTests(Update)
    case soak(Update)
    case commit(Update)
    case abandon(Update)
}

extension LifecycleState {
    package var action: LifecycleAction {
        switch self {
        case .idle: .rest
        case .verifying(let offer): .verify(offer)
        case .installing(let update): .install(update)
        case .uploading(let update): .upload(update)
        case .installed(let update):
            update.offer.activatesByItself ? .checkInterlocks(update) : .awaitActivation(update)
        case .waiting(let update, _): .checkInterlocks(update)
        case .activated(let update): .arm(update)
        case .restarting: .restart
        case .switching(let update, _): .switchPeripherals(update)
        case .testing(let update, _): .runSelfTests(update)
        case .soaking(let update, _): .soak(update)
        case .committed(let update): .commit(update)
        case .rollingBack(let update, _, _): .abandon(update)
        }
    }

    /// One word, stable, for JSON, D-Bus and the ledger.
    package var name: String {
        switch self {
        case .idle: "idle"
        case .verifying: "verifying"
        case .installing: "installing"
        case .uploading: "uploading"
        case .installed: "installed"
        case .waiting: "waiting"
        case .activated: "activated"
        case .restarting: "restarting"
        case .switching: "switching"
        case .testing: "testing"
        case .soaking: "soaking"
        case .committed: "committed"
        case .rollingBack: "rolling-back"
        }
    }

    /// The update under way, once it is verified.
    package var update: Update? {
        switch self {
        case .idle, .verifying: nil
        case .installing(let update), .uploading(let update), .installed(let update), .waiting(let update, _),
            .activated(let update), .restarting(let update, _), .switching(let update, _), .testing(let update, _),
            .soaking(let update, _), .committed(let update),
            .rollingBack(let update, _, _):
            update
        }
    }

    package var offer: Offer? {
        if case .verifying(let offer) = self { return offer }
        return update?.offer
    }
}
