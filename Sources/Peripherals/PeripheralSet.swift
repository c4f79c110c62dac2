package import Platform
import Vocabulary

/// The peripherals of a board that are updated and taken back as one, in the order in which they are declared.
///
/// The peripherals themselves hold the state: each function reads where they are and does what is left, so that an
/// agent that lost power calls it again. All of them block, and report each step when it is done.
package struct PeripheralSet: Sendable {
    package typealias Report = @Sendable (PeripheralStep) -> Void

    package let peripherals: [Peripheral]
    private let connect: @Sendable (Peripheral) throws(PeripheralError) -> any PeripheralLink
    private let report: Report

    package init(
        _ peripherals: [Peripheral],
        connect: @escaping @Sendable (Peripheral) throws(PeripheralError) -> any PeripheralLink = PeripheralSet.overSMP,
        report: @escaping Report = { _ in }
    ) {
        self.peripherals = peripherals
        self.connect = connect
        self.report = report
    }

    /// SMP over the peripheral's serial port, which is opened when it is first needed.
    package static let overSMP: @Sendable (Peripheral) throws(PeripheralError) -> any PeripheralLink = {
        (peripheral) throws(PeripheralError) in
        do throws(SerialError) {
            let line = try SerialLine(peripheral.port, peripheral.settings)
            return SMPClient(peripheral.name, line, peripheral.timing)
        } catch { throw .serial(peripheral.name, error) }
    }

    /// The slots of each peripheral's image, by its name: what runs, and what else is there.
    package func slots(
        cancellation: Cancellation = Cancellation()
    ) throws(PeripheralError) -> [String: PeripheralSlots] {
        var slots: [String: PeripheralSlots] = [:]
        for peripheral in peripherals {
            slots[peripheral.name] = try visit(peripheral, cancellation) { (visit) throws(PeripheralError) in
                try visit.images()
            }
        }
        return slots
    }

    /// The image that each peripheral runs, by its name.
    package func running(
        cancellation: Cancellation = Cancellation()
    ) throws(PeripheralError) -> [String: PeripheralImage] {
        try slots(cancellation: cancellation).mapValues(\.active)
    }

    /// Puts each image, by its peripheral's name, into the slot that does not run, and has the peripheral name it back.
    ///
    /// What runs is not disturbed. An image that is in a slot already is not sent again; one that came in part is gone
    /// on with.
    package func upload(
        _ images: [String: MCUbootImage], cancellation: Cancellation = Cancellation()
    ) throws(PeripheralError) {
        for peripheral in peripherals {
            guard let image = images[peripheral.name] else { throw .noImage(peripheral.name) }
            try visit(peripheral, cancellation) { (visit) throws(PeripheralError) in try visit.upload(image) }
        }
    }

    /// Has each peripheral run its image, as a trial, and sees to it that it is the one with this hash and version.
    ///
    /// `time` bounds it for all together, besides what each peripheral's own timing allows it.
    package func switchOver(
        to targets: [String: PeripheralTarget], within time: Duration? = nil,
        cancellation: Cancellation = Cancellation()
    ) throws(PeripheralError) {
        let end = time.map { ContinuousClock.now + $0 }
        for peripheral in peripherals {
            guard let target = targets[peripheral.name] else { throw .noImage(peripheral.name) }
            try visit(peripheral, cancellation, until: end) { (visit) throws(PeripheralError) in
                try visit.switchOver(to: target)
            }
        }
    }

    /// Makes what runs the one for good, wherever it is what it should be.
    package func confirm(
        _ targets: [String: PeripheralTarget], cancellation: Cancellation = Cancellation()
    ) throws(PeripheralError) {
        for peripheral in peripherals {
            guard let target = targets[peripheral.name] else { throw .noImage(peripheral.name) }
            try visit(peripheral, cancellation) { (visit) throws(PeripheralError) in try visit.confirm(target) }
        }
    }

    /// Has each peripheral, the last one first, run for good what it ran before, and gives what failed, by name.
    ///
    /// One that fails does not keep the others from being taken back.
    package func takeBack(
        to previous: [String: PeripheralTarget], cancellation: Cancellation = Cancellation()
    ) -> [String: PeripheralError] {
        var failures: [String: PeripheralError] = [:]
        for peripheral in peripherals.reversed() {
            do throws(PeripheralError) {
                guard let target = previous[peripheral.name] else { throw .noImage(peripheral.name) }
                try visit(peripheral, cancellation) { (visit) throws(PeripheralError) in
                    try visit.takeBack(to: target)
                }
            } catch { failures[peripheral.name] = error }
        }
        return failures
    }

    private func visit<Result>(
        _ peripheral: Peripheral, _ cancellation: Cancellation, until end: ContinuousClock.Instant? = nil,
        _ body: (PeripheralVisit) throws(PeripheralError) -> Result
    ) throws(PeripheralError) -> Result {
        do throws(PeripheralError) {
            guard !cancellation.isCancelled else { throw .cancelled(peripheral.name) }
            if let end, ContinuousClock.now >= end { throw .outOfTime(peripheral.name) }
            let link = try connect(peripheral)
            defer { link.close() }
            return try body(PeripheralVisit(peripheral, link, cancellation, until: end, report))
        } catch {
            report(PeripheralStep(peripheral.name, .failed(error)))
            throw error
        }
    }
}
