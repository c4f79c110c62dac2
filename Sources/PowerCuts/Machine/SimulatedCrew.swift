package import Agent
import Peripherals
package import Platform
import Synchronization
package import Vocabulary

/// Microcontrollers in this process that behave as MCUboot's do: two slots each, a trial of one boot, back by themselves.
package final class SimulatedCrew: PeripheralCrew {
    /// What a firmware file of the tests says and how it behaves: `motor 1.1.0 good`.
    package struct Firmware: Equatable, Sendable {
        package enum Behaviour: String, Sendable {
            case good
            /// Its boot loader takes it back at once.
            case reverts
            /// It is taken back when the release is about to be committed.
            case fadesAway
        }

        package let version: String
        package var behaviour = Behaviour.good

        package init(_ version: String, _ behaviour: Behaviour = .good) {
            self.version = version
            self.behaviour = behaviour
        }

        package var bytes: [UInt8] { Array("\(version) \(behaviour.rawValue)\n".utf8) }
        package var release: PeripheralRelease { PeripheralRelease(version: version, hash: SHA256.digest(of: bytes)) }

        package init?(bytes: [UInt8]) {
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first?.split(separator: " ")
            guard let words, words.count == 2, let behaviour = Behaviour(rawValue: String(words[1])) else { return nil }
            self.init(String(words[0]), behaviour)
        }
    }

    package struct Controller: Equatable, Sendable {
        package fileprivate(set) var active = Firmware("1.0.0")
        package fileprivate(set) var other: Firmware?
        package fileprivate(set) var isConfirmed = true

        /// What happens at its reset or when it loses power.
        mutating func reset() {
            guard !isConfirmed, let other else { return }
            (active, self.other, isConfirmed) = (other, active, true)
        }
    }

    package let members: [PeripheralPost]
    private let controllers: Mutex<[String: Controller]>
    private let log = Mutex<[String]>([])
    /// How often the way back fails before it works.
    private let stubbornness: Mutex<Int>

    package init(_ names: [String] = ["motor"], failsToGoBack times: Int = 0, image: String? = nil) {
        members = names.map { PeripheralPost(peripheral: $0, image: image ?? "\($0)-firmware") }
        controllers = Mutex(Dictionary(uniqueKeysWithValues: names.map { ($0, Controller()) }))
        stubbornness = Mutex(times)
    }

    /// What was done, in order: `running motor`.
    package var deeds: [String] { log.withLock { $0 } }

    package func controller(_ name: String) -> Controller { controllers.withLock { $0[name] ?? Controller() } }

    /// What all of them hold, which is theirs and not the device's medium.
    package var state: [String: Controller] {
        get { controllers.withLock { $0 } }
        set { controllers.withLock { $0 = newValue } }
    }

    /// The device loses power, and its microcontrollers with it.
    package func losePower() { controllers.withLock { all in for name in all.keys { all[name]?.reset() } } }

    private func change(_ name: String, _ body: (inout Controller) -> Void) {
        controllers.withLock { all in
            if var one = all[name] {
                body(&one)
                all[name] = one
            }
        }
    }

    private func note(_ name: String, _ kind: PeripheralStep.Kind, _ step: Step) {
        let told = PeripheralStep(name, kind)
        log.withLock { $0.append("\(told.word) \(name)") }
        step(told)
    }

    private func failure(_ name: String, _ reason: String) -> FaultReport {
        FaultReport(PowerCutsError.peripheral(name, reason: reason))
    }

    package func upload(
        _ orders: [PeripheralOrder], cancellation: Cancellation,
        progress: @escaping @Sendable (UInt64, UInt64) -> Void, step: @escaping Step
    ) async throws(FaultReport) -> [PeripheralChange] {
        var changes: [PeripheralChange] = []
        for target in orders {
            let before = controller(target.peripheral)
            let firmware: Firmware
            if let file = target.file {
                guard let bytes = try? Storage().read(file, limit: 4096), let read = Firmware(bytes: bytes) else {
                    throw failure(target.peripheral, "gets no firmware")
                }
                firmware = read
            } else {
                let held = [before.active, before.other].compactMap { $0 }
                guard let known = held.first(where: { $0.release == target.release }) else {
                    throw failure(target.peripheral, "does not hold what it should")
                }
                firmware = known
            }
            if before.active != firmware { change(target.peripheral) { $0.other = firmware } }
            progress(1, 1)
            note(target.peripheral, .uploaded(firmware.release.hash), step)
            changes.append(
                PeripheralChange(
                    peripheral: target.peripheral, before: before.active.release, after: firmware.release))
        }
        return changes
    }

    package func switchOver(
        _ changes: [PeripheralChange], within time: Duration, cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport) {
        for wanted in changes {
            change(wanted.peripheral) { one in
                guard one.active.release != wanted.after, one.other?.release == wanted.after, let new = one.other else {
                    return
                }
                (one.active, one.other, one.isConfirmed) = (new, one.active, false)
                if new.behaviour == .reverts { one.reset() }
            }
            guard controller(wanted.peripheral).active.release == wanted.after else {
                throw failure(wanted.peripheral, "runs another version")
            }
            if let new = wanted.after { note(wanted.peripheral, .running(new.hash, version: new.version), step) }
        }
    }

    package func confirm(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async throws(FaultReport) {
        for wanted in changes {
            change(wanted.peripheral) { if $0.active.behaviour == .fadesAway { $0.reset() } }
            guard controller(wanted.peripheral).active.release == wanted.after else {
                throw failure(wanted.peripheral, "went back by itself")
            }
            change(wanted.peripheral) { $0.isConfirmed = true }
            if let new = wanted.after { note(wanted.peripheral, .confirmed(new.hash), step) }
        }
    }

    package func takeBack(
        _ changes: [PeripheralChange], cancellation: Cancellation, step: @escaping Step
    ) async -> [FaultReport] {
        var failures: [FaultReport] = []
        for wanted in changes.reversed() {
            let refuses = stubbornness.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            guard !refuses else {
                failures.append(failure(wanted.peripheral, "does not answer"))
                continue
            }
            change(wanted.peripheral) { one in
                guard one.active.release != wanted.before, let other = one.other, other.release == wanted.before else {
                    return
                }
                (one.active, one.other, one.isConfirmed) = (other, one.active, true)
            }
            if let old = wanted.before { note(wanted.peripheral, .takenBack(old.hash), step) }
        }
        return failures
    }
}
