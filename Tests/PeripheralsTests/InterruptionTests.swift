import Documents
import Peripherals
import Platform
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A link on which the agent loses its power after so many calls: each later one fails, on every link of the same cut.
private final class PowerCut: Sendable {
    private let left: Mutex<Int>

    init(after calls: Int) { left = Mutex(calls) }

    /// Whether the power lasted.
    var isThrough: Bool { left.withLock { $0 >= 0 } }

    func call<Value>(_ body: () throws(PeripheralError) -> Value) throws(PeripheralError) -> Value {
        guard left.withLock({ $0 > 0 }) else {
            left.withLock { $0 = -1 }
            throw .cancelled("power")
        }
        left.withLock { $0 -= 1 }
        return try body()
    }
}

private struct CutLink: PeripheralLink {
    let link: any PeripheralLink
    let cut: PowerCut

    func close() { link.close() }
    func cancel() { link.cancel() }
    func identity() throws(PeripheralError) -> String {
        try cut.call { () throws(PeripheralError) in try link.identity() }
    }
    func images() throws(PeripheralError) -> [PeripheralImage] {
        try cut.call { () throws(PeripheralError) in try link.images() }
    }
    func test(_ hash: Digest) throws(PeripheralError) {
        try cut.call { () throws(PeripheralError) in try link.test(hash) }
    }
    func confirm(_ hash: Digest) throws(PeripheralError) {
        try cut.call { () throws(PeripheralError) in try link.confirm(hash) }
    }
    func reset() throws(PeripheralError) { try cut.call { () throws(PeripheralError) in try link.reset() } }
    func pause(_ time: Duration) throws(PeripheralError) { try link.pause(time) }
    func upload(
        _ image: [UInt8], number: Int, cancellation: Cancellation, progress: (_ done: Int) -> Void
    ) throws(PeripheralError) {
        try cut.call { () throws(PeripheralError) in
            try link.upload(image, number: number, cancellation: cancellation, progress: progress)
        }
    }
}

@Suite("Updates of peripherals that are cut", .timeLimit(.minutes(5)))
struct InterruptionTests {
    private static let old = Result { try MCUbootImage(SimulatedPeripheral.image("1.0.0", seed: 1), for: "motor") }
    private static let new = Result { try MCUbootImage(SimulatedPeripheral.image("1.1.0", seed: 2), for: "motor") }

    private func set(_ device: SimulatedPeripheral, _ cut: PowerCut) -> PeripheralSet {
        let peripheral = Peripheral(name: "motor", image: "motor", port: device.path, timing: Bench.timing)
        return PeripheralSet(
            [peripheral],
            connect: { (peripheral) throws(PeripheralError) in
                CutLink(link: try PeripheralSet.overSMP(peripheral), cut: cut)
            })
    }

    private func update(_ set: PeripheralSet, to image: MCUbootImage) throws(PeripheralError) {
        try set.upload(["motor": image])
        try set.switchOver(to: ["motor": image.target])
        try set.confirm(["motor": image.target])
    }

    /// How many cuts there were before one update went through.
    private func sweep(
        _ mend: @escaping @Sendable (PeripheralSet) throws(PeripheralError) -> Void, endsWith image: MCUbootImage
    ) async throws -> Int {
        let (old, new) = (try Self.old.get(), try Self.new.get())
        var calls = 0
        while true {
            let device = try await SimulatedPeripheral.start(images: [0: [old.bytes]])
            let cut = PowerCut(after: calls)
            let (first, second) = (set(device, cut), set(device, PowerCut(after: .max)))
            try await BlockingThread.run("peripherals") { () throws(PeripheralError) in
                do throws(PeripheralError) { try update(first, to: new) } catch {
                    guard error == .cancelled("power") else { throw error }
                }
                try mend(second)
            }
            let flash = try await device.flash()["images"]?["0"]
            #expect(flash?["hashes"]?.array?.first?.string == image.hash.hex, "cut after \(calls) calls")
            #expect(flash?["confirmed"] == true && flash?["pending"] == .null, "cut after \(calls) calls")
            guard !cut.isThrough else { return calls }
            calls += 1
        }
    }

    @Test("An agent that lost power anywhere in an update does it again, and ends in the same place")
    func doneAgain() async throws {
        let new = try Self.new.get()
        let cuts = try await sweep(
            { (set) throws(PeripheralError) in try update(set, to: new) }, endsWith: new)
        #expect(cuts > 8)
    }

    @Test("An agent that lost power anywhere in an update can take it back")
    func takenBack() async throws {
        let old = try Self.old.get()
        let cuts = try await sweep(
            { (set) throws(PeripheralError) in
                if let failure = set.takeBack(to: ["motor": old.target])["motor"] { throw failure }
            }, endsWith: old)
        #expect(cuts > 8)
    }

    @Test("An agent that lost power anywhere while it took an update back takes it back again")
    func takenBackAgain() async throws {
        let (old, new) = (try Self.old.get(), try Self.new.get())
        var calls = 0
        while true {
            let device = try await SimulatedPeripheral.start(images: [0: [old.bytes]])
            let cut = PowerCut(after: calls)
            let (whole, cutting) = (set(device, PowerCut(after: .max)), set(device, cut))
            let failures = try await BlockingThread.run("peripherals") { () throws(PeripheralError) in
                try update(whole, to: new)
                _ = cutting.takeBack(to: ["motor": old.target])
                return whole.takeBack(to: ["motor": old.target])
            }
            #expect(failures.isEmpty, "cut after \(calls) calls")
            let flash = try await device.flash()["images"]?["0"]
            #expect(flash?["hashes"]?.array?.first?.string == old.hash.hex, "cut after \(calls) calls")
            #expect(flash?["confirmed"] == true && flash?["pending"] == .null, "cut after \(calls) calls")
            guard !cut.isThrough else { break }
            calls += 1
        }
        #expect(calls > 5)
    }
}
