import Documents
import Peripherals
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

@Suite("Uploads to a peripheral", .timeLimit(.minutes(5)))
struct UploadTests {
    private static let large = Result {
        try MCUbootImage(SimulatedPeripheral.image("2.0.0", size: 200_000, seed: 3), for: "motor")
    }

    /// Uploads, and gives every offset that the peripheral asked for.
    private func upload(_ image: MCUbootImage, _ bench: Bench) async throws(PeripheralError) -> [Int] {
        let offsets = Offsets()
        try await bench.run { (client) throws(PeripheralError) in
            try client.upload(image.bytes, number: 0, cancellation: Cancellation()) { offsets.note($0) }
        }
        return offsets.all
    }

    private final class Offsets: Sendable {
        private let noted = Mutex<[Int]>([])

        var all: [Int] { noted.withLock { $0 } }

        func note(_ offset: Int) { noted.withLock { $0.append(offset) } }
    }

    private func check(_ bench: Bench, has image: MCUbootImage) async throws {
        let images = try await bench.run { (client) throws(PeripheralError) in try client.images() }
        #expect(images.map(\.hash) == [try Bench.old.get().hash, image.hash])
        #expect(images[0].isActive && images[0].isConfirmed && !images[1].isPending)
    }

    @Test(
        "200 KB arrive whole, whatever breaks off on the way",
        arguments: [
            [:], ["babble": true, "echo": true], ["no-parameters": true], ["buffer": 300], ["v1": "silent"],
            ["back-at": [50_000, 150_000]],
        ] as [JSON])
    func whole(faults: JSON) async throws {
        let image = try Self.large.get()
        let bench = try await Bench.make(faults: faults, slots: [try Bench.old.get()])
        let offsets = try await upload(image, bench)
        #expect(offsets.last == image.bytes.count)
        try await check(bench, has: image)
    }

    @Test("An upload goes on where the cable was pulled at random places", arguments: [1, 2, 3])
    func resumed(seed: UInt64) async throws {
        var dice = Dice(seed: seed)
        let places = (0..<6).map { _ in Int64.random(in: 1...195_000, using: &dice) }.sorted()
        let image = try Self.large.get()
        let bench = try await Bench.make(
            faults: ["die-at": .array(places.map(JSON.integer))], slots: [try Bench.old.get()])
        let offsets = try await upload(image, bench)
        #expect(offsets == offsets.sorted(), "the peripheral kept what it had")
        #expect(bench.client.disturbances.repeats > 0)
        try await check(bench, has: image)
    }

    @Test("An upload begins again when the peripheral lost its supply, and with it what it had")
    func begunAgain() async throws {
        let image = try Self.large.get()
        let bench = try await Bench.make(
            faults: ["die-at": [60_000, 120_000], "forgets": true], slots: [try Bench.old.get()])
        let offsets = try await upload(image, bench)
        #expect(offsets != offsets.sorted())
        try await check(bench, has: image)
    }

    @Test("Another client goes on with an upload that broke off for good")
    func anotherClient() async throws {
        let image = try Self.large.get()
        let bench = try await Bench.make(slots: [try Bench.old.get()])
        let cancellation = Cancellation()
        await #expect(throws: PeripheralError.cancelled("motor")) {
            try await bench.run { (client) throws(PeripheralError) in
                try client.upload(image.bytes, number: 0, cancellation: cancellation) { offset in
                    if offset > 100_000 { cancellation.cancel() }
                }
            }
        }
        bench.client.close()
        let next = Bench(
            device: bench.device, client: SMPClient("motor", try SerialLine(bench.device.path), Bench.timing))
        let offsets = try await upload(image, next)
        #expect(try #require(offsets.first) > 100_000)
        try await check(next, has: image)
    }

    @Test(
        "An upload that leads nowhere is given up with its reason",
        arguments: [
            (["stall": 5000], 3112), (["back-always": 5000], 3112), (["outside": true], 3113),
            (["refuse-at": 5000], 3110), (["slot-size": 1000], 3110), (["silence": true], 3101),
        ] as [(JSON, Int)])
    func hopeless(faults: JSON, code: Int) async throws {
        let image = try Self.large.get()
        let bench = try await Bench.make(faults: faults, slots: [try Bench.old.get()])
        let error = await #expect(throws: PeripheralError.self) { _ = try await upload(image, bench) }
        #expect(error?.code.rawValue == code, "\(String(describing: error))")
        try await bench.device.set(faults: [:])
        let images = try await bench.run { (client) throws(PeripheralError) in try client.images() }
        #expect(images.first?.hash == (try Bench.old.get().hash), "what runs was not disturbed")
    }
}
