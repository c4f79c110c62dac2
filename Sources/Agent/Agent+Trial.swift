import BootControl
import Documents
import Ledger
import Logging
import Platform
import SelfTests
import SystemPackage
import Vocabulary

extension Agent {
    /// On every boot outside a trial: what runs is what the loader shall take as confirmed.
    func confirmRunning() {
        do {
            let status = try boot.status()
            guard status.confirmed == nil || status.confirmed == running.slotSet else {
                log.warning(
                    "the running slot set is not the confirmed one",
                    metadata: ["running": "\(running.slotSet)", "confirmed": "\(status.confirmed?.name ?? "")"])
                return
            }
            try boot.commit(running.slotSet)
            try rememberRunning()
        } catch {
            trouble = FaultReport(describing: error)
            log.error("the boot environment could not be confirmed", metadata: ["reason": "\(error)"])
        }
    }

    /// What was put on the device before the agent knew of it, or beside it, is known by what it says of itself.
    private func rememberRunning() throws {
        guard records.content(of: running.slotSet)?.version != running.version else { return }
        let content = SlotContent(
            version: running.version, securityVersion: 0, manifestDigest: nil, fallbacks: [], standing: .committed,
            since: records.now)
        try records.setContent(content, of: running.slotSet)
    }

    /// Tells the loader to try the target, and whoever watches from outside that a trial is due.
    func arm(_ update: Update) async {
        do {
            try writeTrialMarker(update)
            try boot.activate(update.target)
        } catch {
            log.error("the trial could not be armed", metadata: ["reason": "\(error)"])
            follow(.bootControlFailed(FaultReport(describing: error)))
            return
        }
        if !follow(.armed(boot: running.boot)) { await pause(.seconds(10)) }
    }

    /// The dead-man reads this file: while it is there, a trial has to end within its seconds (systemd/aftercare-deadman.service).
    private func writeTrialMarker(_ update: Update) throws(StorageError) {
        let text = "target=\(update.target)\nversion=\(update.version)\ndeadline=\(update.trialDeadline)\n"
        try records.withRoom { () throws(StorageError) in
            try storage.replace(configuration.places.trialMarker, with: Array(text.utf8), mode: 0o644)
        }
    }

    func restart() async {
        do {
            try await machine.restarter.restart()
            trouble = nil
        } catch {
            trouble = FaultReport(describing: error)
            log.error("the device could not be restarted", metadata: ["reason": "\(error)"])
        }
        await pause(.seconds(60))
    }

    func runSelfTests(_ update: Update) async {
        let left = secondsLeft(of: update)
        guard left > 0 else {
            follow(.deadlinePassed)
            return
        }
        // What was approved is this version and no other: an image that says something else proves nothing about it.
        guard running.version == update.version else {
            let fault = FaultReport(AgentError.otherVersion(running.version, release: update.version))
            follow(.selfTestsFailed, details: ["fault": fault.json])
            return
        }
        // Committed, it could not be told any more whether the device is in use, and no later update would ever start.
        if let fault = machine.boardTrouble {
            follow(.selfTestsFailed, details: ["fault": fault.json])
            return
        }
        let places = configuration.places
        let runner = SelfTestRunner(root: places.root, units: machine.units, storage: storage)
        let report: SelfTestReport
        do {
            let plan = try SelfTestPlan.read(folder: places.selfTests, storage: storage)
            report = await runner.run(plan, deadline: .seconds(left))
        } catch {
            let fault = FaultReport(describing: error)
            follow(.selfTestsFailed, details: ["fault": fault.json])
            return
        }
        guard case .runSelfTests(update) = state.action else { return }
        records.keepSelfTests(report.json, update: update.offer.id, boot: running.boot)
        let evidence = report.results.map {
            LedgerEvent(.selfTestResult, ["update": .string(update.offer.id), "result": $0.json])
        }
        let details: [String: JSON] = [
            "verdict": .string(report.verdict.rawValue), "milliseconds": .integer(report.milliseconds),
            "failed": .strings(report.failures.map(\.id)),
        ]
        let event: LifecycleEvent =
            switch report.verdict {
            case .passed: .selfTestsPassed
            case .failed where secondsLeft(of: update) <= 0: .deadlinePassed
            case .failed: .selfTestsFailed
            // A release that proves nothing is not proved.
            case .nothingRequired: .selfTestsFailed
            }
        if !follow(event, details: details, evidence: evidence) { await pause(.seconds(10)) }
    }

    func soak(_ update: Update) async {
        let soak = Duration.seconds(min(configuration.update.soakSeconds, max(1, secondsLeft(of: update))))
        let end = ContinuousClock.now + soak
        // The bell rings for other reasons too, and none of them makes the time pass.
        while ContinuousClock.now < end {
            await pause(end - ContinuousClock.now)
            guard case .soak(update) = state.action, !isStopped else { return }
        }
        if !follow(.soaked) { await pause(.seconds(10)) }
    }

    /// Seconds until the trial must be committed, counted from the first time that this boot's agent saw it.
    func secondsLeft(of update: Update) -> Int64 {
        let now = monotonicNanoseconds()
        let began = trialBegan ?? records.trialBegan(inBoot: running.boot, now: now)
        trialBegan = began
        return update.trialDeadline - Int64((now - began) / 1_000_000_000)
    }

    func commit(_ update: Update) async {
        // The peripherals first: the host's commit is the last word about the whole set.
        let fault = await confirmPeripherals(update)
        guard case .commit(update) = state.action, !isStopped else { return }
        if let fault, fault.kind == .refused {
            follow(.peripheralsFailed, details: ["fault": fault.json])
            return
        }
        do {
            if let fault { throw fault }
            let before = identity
            try boot.commit(update.target)
            let content = records.content(of: update.target)?.becoming(.committed, at: records.now)
            rememberPeripheralsBefore(update)
            if let content { try records.setContent(content, of: update.target) }
            // The floor rises only now: until here the way back to the older release had to stay open.
            try records.raiseSecurityFloor(to: update.securityVersion)
            var details: [String: JSON] = ["slotSet": .string(update.target.name)]
            details["content"] = content?.json
            let evidence = identityChange(from: before, to: content)
            guard follow(.committed, details: details, evidence: evidence) else { return await pause(.seconds(10)) }
            trouble = nil
        } catch {
            trouble = FaultReport(describing: error)
            log.error("the release could not be committed", metadata: ["reason": "\(error)"])
            if secondsLeft(of: update) <= 0 { follow(.deadlinePassed) } else { await pause(.seconds(5)) }
        }
    }

    /// What the peripherals ran with the release before, so that a rollback after this commit knows what to bring back.
    private func rememberPeripheralsBefore(_ update: Update) {
        let before = update.peripherals.compactMap(\.pairBefore)
        for set in configuration.loader.slotSets where set != update.target && !before.isEmpty {
            guard let content = records.content(of: set), content.version == update.from else { continue }
            try? records.setContent(content.running(before), of: set)
        }
    }

    /// The loader has confirmed the target already: the way back begins with confirming what was before, or what runs instead.
    private func confirmAnother(than target: SlotSet) {
        let other = running.slotSet != target ? running.slotSet : configuration.loader.slotSets.first { $0 != target }
        guard let other else { return }
        do {
            try boot.commit(other)
            if running.slotSet == target { try boot.abandon(target) }
        } catch {
            trouble = FaultReport(describing: error)
            log.error("the slot set before could not be confirmed", metadata: ["reason": "\(error)"])
        }
    }

    func abandon(_ update: Update) async {
        do {
            try boot.abandon(update.target)
            trouble = nil
        } catch .isConfirmed {
            confirmAnother(than: update.target)
        } catch {
            trouble = FaultReport(describing: error)
            log.error("the trial could not be abandoned", metadata: ["reason": "\(error)"])
            await pause(.seconds(5))
            // A restart without the loader's knowledge still burns one of the trial's attempts.
        }
        // The host went first, so it goes back last; on a system that came back by itself they follow it.
        let areBack = await takeBackPeripherals(update)
        guard !isStopped else { return }
        if running.slotSet == update.target {
            await restart()
        } else if !areBack {
            await pause(.seconds(configuration.update.interlockSeconds))
        } else {
            follow(.abandoned(running: running.slotSet))
        }
    }
}
