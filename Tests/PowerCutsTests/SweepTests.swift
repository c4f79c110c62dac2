import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Testing

/// The sweep in small: `scripts/power-cut-sweep` is the whole of it.
@Suite("The power-cut sweep", .timeLimit(.minutes(10)))
struct SweepTests {
    @Test(
        "A device keeps its promises wherever the power is cut",
        arguments: ["grub-update", "uboot-redundant", "peripherals", "configuration", "documents"])
    func holds(name: String) async throws {
        var sweep = Sweep()
        sweep.stride = 13
        try await expectSound(name, sweep)
    }

    @Test(
        "A store keeps its promises wherever the power is cut",
        arguments: ["ledger", "database", "heartbeats", "small-file", "device-key"])
    func stores(name: String) async throws {
        var sweep = Sweep()
        (sweep.stride, sweep.seeds) = (3, 2)
        try await expectSound(name, sweep)
    }

    private func expectSound(_ name: String, _ sweep: Sweep) async throws {
        let scenario = try #require(try Catalogue().chosen([name]).first)
        let result = try await sweep.run(scenario, try await scenario.record())
        #expect(result.failures == [])
        #expect(result.cases > result.media && result.media > result.changes / sweep.stride)
    }

    @Test(
        "The real daemon ends an update wherever the power was cut",
        arguments: ["grub-update", "uboot-failing", "database-lost"])
    func daemon(name: String) async throws {
        let daemon = RealDaemon(program: FilePath(try Programs.path("aftercare")))
        let scenarios = try Catalogue(daemon: daemon, now: SystemClock().now()).chosen([name])
        let result = try #require(try await Sweeping(scenarios).sample(8) { _, _ in }.first)
        #expect(result.failures == [])
        #expect(result.cases >= 8)
    }

    @Test(
        "A device whose power is cut again while it recovers keeps its promises",
        arguments: ["grub-update", "uboot-failing", "database-lost", "peripherals"])
    func again(name: String) async throws {
        let sweeping = Sweeping(try Catalogue().chosen([name]))
        let result = try #require(try await sweeping.again(49) { _, _ in }.first)
        #expect(result.failures == [])
        #expect(result.cases >= 49)
    }

    @Test("A recording has the same changes each time")
    func same() async throws {
        let scenario = try #require(try Catalogue().chosen(["grub-update"]).first)
        let (first, second) = (try await scenario.record(), try await scenario.record())
        #expect(first.steps.map(\.change.name) == second.steps.map(\.change.name))
        #expect(first.answer == second.answer)
    }

    @Test("What is written round the seam is found")
    func roundTheSeam() throws {
        let folder = try TemporaryFolder(inMemory: true)
        let recorder = try MediumRecorder(folder.path)
        try Storage(observer: recorder).replace(folder.file("a"), with: [1])
        _ = try recorder.recording(answer: "")
        try folder.write("b", [2])
        #expect(throws: PowerCutsError.unrecorded("b", reason: "was not recorded")) {
            try recorder.recording(answer: "")
        }
    }
}

@Suite("Planted faults", .timeLimit(.minutes(10)))
struct PlantTests {
    /// Those that are found in seconds; the script plants all.
    private static let quick = [
        "ledger-flush", "segment-folder", "drop-early", "replace-flush", "replace-order", "in-place", "wrong-slot",
        "database-flush", "database-log", "queue-flush",
    ]

    @Test("A flush that is left out, or an order that is turned, is found", arguments: quick)
    func found(name: String) async throws {
        let plant = try Plant.named(name)
        let scenario = try #require(try Catalogue().chosen([plant.scenario]).first)
        let recording = try plant.planted(in: try await scenario.record())
        var sweep = Sweep()
        (sweep.seeds, sweep.failureLimit, sweep.stride) = (3, 1, scenario.isMachine ? 3 : 1)
        #expect(try await !sweep.run(scenario, recording).failures.isEmpty)
    }

    @Test("Each fault has a name of its own, and its scenario is there")
    func names() throws {
        #expect(Set(Plant.all.map(\.name)).count == Plant.all.count)
        #expect(Plant.all.count >= 10)
        _ = try Catalogue().chosen(Plant.all.map(\.scenario))
    }
}
