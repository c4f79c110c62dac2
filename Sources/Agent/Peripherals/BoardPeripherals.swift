import Hardware
package import Peripherals
package import Platform
import SystemPackage
package import Vocabulary

/// The peripherals that the board's profile declares, over their serial ports.
package struct BoardPeripherals: PeripheralCrew {
    private let peripherals: [Peripheral]
    private let storage: Storage
    package let members: [PeripheralPost]

    package init(_ peripherals: [Peripheral], storage: Storage) {
        self.peripherals = peripherals
        self.storage = storage
        members = peripherals.map { PeripheralPost(peripheral: $0.name, image: $0.image) }
    }

    package func upload(
        _ orders: [PeripheralOrder], cancellation: Cancellation,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void, step: @escaping Step
    ) async throws(FaultReport) -> [PeripheralChange] {
        try await work { () throws(PeripheralError) in
            var images: [String: MCUbootImage] = [:]
            for order in orders {
                guard let file = order.file else { continue }
                images[order.peripheral] = try MCUbootImage.read(file, in: storage, for: order.peripheral)
            }
            let total = UInt64(images.values.reduce(0) { $0 + $1.bytes.count })
            let before = try self.set(orders.map(\.peripheral), step).running()
            var done: UInt64 = 0
            for order in orders {
                guard let image = images[order.peripheral] else { continue }
                let begun = done
                try self.set([order.peripheral]) { told in
                    if case .uploading(let bytes, _) = told.kind { progress(begun + UInt64(bytes), total) }
                    step(told)
                }
                .upload(images, cancellation: cancellation)
                done += UInt64(image.bytes.count)
                progress(done, total)
            }
            return try orders.map { (order) throws(PeripheralError) in
                guard let running = before[order.peripheral]?.target else { throw .noImage(order.peripheral) }
                guard let after = images[order.peripheral]?.target.release ?? order.release else {
                    throw .noImage(order.peripheral)
                }
                return PeripheralChange(peripheral: order.peripheral, before: running.release, after: after)
            }
        }
    }

    package func switchOver(
        _ changes: [PeripheralChange], within time: Duration, cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport) {
        try await work { () throws(PeripheralError) in
            try set(changes.map(\.peripheral), step).switchOver(
                to: targets(changes, \.after), within: time, cancellation: cancellation)
        }
    }

    package func confirm(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport) {
        try await work { () throws(PeripheralError) in
            try set(changes.map(\.peripheral), step).confirm(
                targets(changes, \.after), cancellation: cancellation)
        }
    }

    package func takeBack(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async -> [FaultReport] {
        await BlockingThread.run("peripherals") {
            let failures = set(changes.map(\.peripheral), step).takeBack(
                to: targets(changes, \.before), cancellation: cancellation)
            return changes.compactMap { failures[$0.peripheral].map { FaultReport($0) } }
        }
    }

    private func work<Value: Sendable>(
        _ body: @escaping @Sendable () throws(PeripheralError) -> Value
    ) async throws(FaultReport) -> Value {
        do throws(PeripheralError) {
            return try await BlockingThread.run("peripherals", body)
        } catch { throw FaultReport(error) }
    }

    /// These of the peripherals, in the declared order.
    private func set(_ names: [String], _ step: @escaping Step) -> PeripheralSet {
        PeripheralSet(peripherals.filter { names.contains($0.name) }, report: step)
    }

    private func targets(
        _ changes: [PeripheralChange], _ side: KeyPath<PeripheralChange, PeripheralRelease?>
    ) -> [String: PeripheralTarget] {
        var targets: [String: PeripheralTarget] = [:]
        for change in changes { targets[change.peripheral] = change[keyPath: side]?.target }
        return targets
    }
}

extension Peripheral {
    /// As a board's profile declares it, with its port where this board's is.
    init?(_ declared: BoardProfile.Peripheral, on board: Board) {
        guard let port = board.profile.serials.first(where: { $0.name == declared.port }) else { return nil }
        self.init(
            name: declared.name, image: declared.image, port: board.place(of: port), settings: port.settings,
            number: declared.imageNumber)
    }
}

extension PeripheralTarget {
    fileprivate var release: PeripheralRelease { PeripheralRelease(version: version.description, hash: hash) }
}

extension PeripheralRelease {
    fileprivate var target: PeripheralTarget? {
        MCUbootVersion(version).map { PeripheralTarget(hash: hash, version: $0) }
    }
}
