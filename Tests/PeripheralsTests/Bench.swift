import Documents
import Peripherals
import Platform
import SystemPackage
import TestSupport

/// A simulated peripheral with a client beside it, and times that suit a pseudo-terminal.
struct Bench: Sendable {
    static let old = Result { try MCUbootImage(SimulatedPeripheral.image("1.0.0", seed: 1), for: "motor") }
    static let new = Result { try MCUbootImage(SimulatedPeripheral.image("1.1.0+7", seed: 2), for: "motor") }

    static var timing: PeripheralTiming {
        var timing = PeripheralTiming()
        timing.answer = .milliseconds(400)
        timing.erase = .milliseconds(800)
        timing.restart = .seconds(8)
        timing.attempts = 3
        return timing
    }

    let device: SimulatedPeripheral
    let client: SMPClient

    static func make(faults: JSON = [:], slots: [MCUbootImage]? = nil) async throws -> Bench {
        let images = try slots ?? [old.get(), new.get()]
        let device = try await SimulatedPeripheral.start(images: [0: images.map(\.bytes)], faults: faults)
        return Bench(device: device, client: SMPClient("motor", try SerialLine(device.path), timing))
    }

    /// Runs blocking calls where they belong.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (SMPClient) throws(PeripheralError) -> Value
    ) async throws(PeripheralError) -> Value {
        try await BlockingThread.run("peripheral") { [client] () throws(PeripheralError) in try body(client) }
    }
}
