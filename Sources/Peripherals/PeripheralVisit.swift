import Platform
import Vocabulary

/// One conversation with one peripheral, in which one thing is done with it.
struct PeripheralVisit {
    /// Between two questions to one that restarts.
    private static let pause = Duration.milliseconds(100)
    /// A pending trial that is not wanted takes two restarts to be rid of, a confirmed image one; more is no progress.
    private static let mostRounds = 5

    private let peripheral: Peripheral
    private let link: any PeripheralLink
    private let report: PeripheralSet.Report
    private let cancellation: Cancellation
    /// When everything must be done, whatever the peripheral's own times are.
    private let end: ContinuousClock.Instant?

    init(
        _ peripheral: Peripheral, _ link: any PeripheralLink, _ cancellation: Cancellation,
        until end: ContinuousClock.Instant?, _ report: @escaping PeripheralSet.Report
    ) {
        self.peripheral = peripheral
        self.link = link
        self.cancellation = cancellation
        self.end = end
        self.report = report
    }

    private var name: String { peripheral.name }

    private func tell(_ kind: PeripheralStep.Kind) { report(PeripheralStep(name, kind)) }

    func images() throws(PeripheralError) -> PeripheralSlots {
        guard let slots = PeripheralSlots(try link.images(), number: peripheral.number) else {
            throw .unexpectedAnswer(name, command: "\(SMPCommand.imageState)", lacks: "active")
        }
        return slots
    }

    func upload(_ image: MCUbootImage) throws(PeripheralError) {
        let slots = try images()
        if slots.active.hash == image.hash || slots.waiting(image.hash) != nil { return tell(.found(image.hash)) }
        try link.upload(image.bytes, number: peripheral.number, cancellation: cancellation) { done in
            tell(.uploading(done: done, of: image.bytes.count))
        }
        guard let stored = try images().waiting(image.hash) else { throw .notInSlot(name, image.hash) }
        try check(stored, image.target)
        tell(.uploaded(image.hash))
    }

    func switchOver(to target: PeripheralTarget) throws(PeripheralError) {
        let slots = try images()
        if slots.active.hash != target.hash {
            guard let waiting = slots.waiting(target.hash) else { throw .notInSlot(name, target.hash) }
            if !waiting.isPending {
                try link.test(target.hash)
                tell(.marked(target.hash))
            }
            try restart { $0.active.hash == target.hash }
        }
        let active = try images().active
        guard active.hash == target.hash else { throw .wentBack(name, runs: active.version, wanted: target.hash) }
        try check(active, target)
        tell(.running(target.hash, version: active.version))
    }

    func confirm(_ target: PeripheralTarget) throws(PeripheralError) {
        let active = try images().active
        guard active.hash == target.hash else { throw .notRunning(name, target.hash) }
        if !active.isConfirmed {
            try link.confirm(target.hash)
            guard try images().active.isConfirmed else {
                throw .unexpectedAnswer(name, command: "\(SMPCommand.imageState)", lacks: "confirmed")
            }
        }
        tell(.confirmed(target.hash))
    }

    /// Each round looks where the peripheral is and does one thing about it.
    func takeBack(to target: PeripheralTarget) throws(PeripheralError) {
        for _ in 0..<Self.mostRounds {
            let slots = try images()
            let active = slots.active
            if active.hash == target.hash, slots.pending == nil {
                guard active.isConfirmed else {
                    try link.confirm(target.hash)
                    tell(.confirmed(target.hash))
                    continue
                }
                try check(active, target)
                return tell(.takenBack(target.hash))
            }
            // A trial that is not confirmed goes back by itself; one that is only pending has to be run to be rid of.
            // From a confirmed image, what was before is tried as an update is.
            if active.hash != target.hash, active.isConfirmed, slots.pending?.hash != target.hash {
                guard slots.waiting(target.hash) != nil else { throw .notInSlot(name, target.hash) }
                try link.test(target.hash)
                tell(.marked(target.hash))
            }
            try restart { $0.active.hash != active.hash }
        }
        throw .restless(name, rounds: Self.mostRounds)
    }

    /// Restarts the peripheral and waits until it answers and `isThere`, or surely will not be.
    private func restart(until isThere: (PeripheralSlots) -> Bool) throws(PeripheralError) {
        let timing = peripheral.timing
        let start = ContinuousClock.now
        let deadline = min(start + timing.restart, end ?? start + timing.restart)
        guard start < deadline else { throw .outOfTime(name) }
        guard !cancellation.isCancelled else { throw .cancelled(name) }
        try reset()
        tell(.restarted)
        var (resets, lastReset) = (1, ContinuousClock.now)
        var answered = false
        while ContinuousClock.now < deadline {
            guard !cancellation.isCancelled else { throw .cancelled(name) }
            try link.pause(Self.pause)
            do throws(PeripheralError) {
                let slots = try images()
                answered = true
                // One that has not restarted yet still has what is to be tried pending, or is on trial. One that went
                // back, or took nothing, has neither: no later answer will be another.
                if isThere(slots) || slots.pending == nil && !slots.active.isOnTrial { return }
                // It is still where it was, so that the reset did not reach it: it is not left by asking again.
                if ContinuousClock.now - lastReset > timing.answer * 2, resets < timing.attempts {
                    try reset()
                    (resets, lastReset) = (resets + 1, ContinuousClock.now)
                }
            } catch {
                switch error {
                case .noAnswer, .serial: break
                default: throw error
                }
            }
        }
        guard answered else { throw .notBack(name, within: deadline - start) }
    }

    /// One that is gone before its answer is has restarted all the same: what it says next tells.
    private func reset() throws(PeripheralError) {
        do throws(PeripheralError) { try link.reset() } catch {
            switch error {
            case .noAnswer, .serial: break
            default: throw error
            }
        }
    }

    private func check(_ image: PeripheralImage, _ target: PeripheralTarget) throws(PeripheralError) {
        guard MCUbootVersion(image.version) == target.version else {
            throw .otherVersion(name, runs: image.version, wanted: "\(target.version)")
        }
    }
}

extension PeripheralImage {
    /// Whether the next restart leaves it, unless it is confirmed before.
    fileprivate var isOnTrial: Bool { isActive && !isConfirmed }
}
