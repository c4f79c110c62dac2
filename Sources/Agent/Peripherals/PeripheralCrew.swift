package import Peripherals
package import Platform
package import SystemPackage
package import Vocabulary

/// The peripherals of a device, as an update needs them: in declared order forwards, in reverse order back.
///
/// Every call can be repeated: what is done already is found done. Each calls `step` with what it did, for the ledger.
package protocol PeripheralCrew: Sendable {
    typealias Step = @Sendable (PeripheralStep) -> Void

    /// Whom there is, in the declared order.
    var members: [PeripheralPost] { get }

    /// Puts each order's firmware beside what its peripheral runs, and gives what changes; nothing runs differently yet.
    func upload(
        _ orders: [PeripheralOrder], cancellation: Cancellation,
        progress: @escaping @Sendable (_ done: UInt64, _ total: UInt64) -> Void, step: @escaping Step
    ) async throws(FaultReport) -> [PeripheralChange]

    /// Starts the new firmware of each on trial, and holds it to what it says of itself.
    func switchOver(
        _ changes: [PeripheralChange], within time: Duration, cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport)

    /// Makes what each runs its confirmed firmware.
    func confirm(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport)

    /// Brings back what each ran before; one that fails keeps no other from it. Gives the failures.
    func takeBack(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async -> [FaultReport]
}

/// A peripheral and the image kind of a bundle that is for it.
package struct PeripheralPost: Equatable, Sendable {
    package let peripheral: String
    package let image: String

    package init(peripheral: String, image: String) {
        self.peripheral = peripheral
        self.image = image
    }
}

/// What a peripheral shall run: firmware in a file, or a release that the peripheral must hold already.
package struct PeripheralOrder: Equatable, Sendable {
    package let peripheral: String
    package let file: FilePath?
    package let release: PeripheralRelease?

    package init(peripheral: String, file: FilePath?, release: PeripheralRelease?) {
        self.peripheral = peripheral
        self.file = file
        self.release = release
    }
}

/// A board without peripherals: no image of a bundle is for one.
package struct NoPeripherals: PeripheralCrew {
    package init() {}

    package var members: [PeripheralPost] { [] }

    package func upload(
        _ orders: [PeripheralOrder], cancellation: Cancellation,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void, step: @escaping Step
    ) async throws(FaultReport) -> [PeripheralChange] {
        if let first = orders.first { throw FaultReport(AgentError.unknownPeripheral(first.peripheral)) }
        return []
    }

    package func switchOver(
        _ changes: [PeripheralChange], within time: Duration, cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport) {
        if let first = changes.first { throw FaultReport(AgentError.unknownPeripheral(first.peripheral)) }
    }

    package func confirm(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport) {
        if let first = changes.first { throw FaultReport(AgentError.unknownPeripheral(first.peripheral)) }
    }

    package func takeBack(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async -> [FaultReport] {
        changes.map { FaultReport(AgentError.unknownPeripheral($0.peripheral)) }
    }
}
