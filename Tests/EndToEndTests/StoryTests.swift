import Documents
import Platform
import SystemPackage
import TestSupport
import Testing

@Suite("A device's updates, with the real programs", .timeLimit(.minutes(5)))
struct StoryTests {
    @Test("A good release is committed, one whose self-test fails is left again", arguments: ["grub", "uboot"])
    func story(loader: String) async throws {
        try await Device.on(loader: loader) { device in
            var start = device.lines.count
            let good = try await device.aftercare(["install", try await device.product.bundle("1.1.0").string])
            #expect(good.status == 0, "\(good.error)")
            let committed = try await device.conclusion(from: start)
            #expect(committed["last"]?["outcome"] == "committed")
            #expect(committed["version"] == "1.1.0")
            #expect(committed["slotSet"] == "B")
            #expect(committed["securityFloor"] == 2)

            start = device.lines.count
            try await device.aftercare(["install", try await device.product.bundle("1.2.0").string])
            let back = try await device.conclusion(from: start)
            #expect(back["last"]?["outcome"] == "rolled-back")
            #expect(back["last"]?["cause"] == "self-test")
            #expect(back["version"] == "1.1.0")
            #expect(back["securityFloor"] == 2)
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
            let history = try await device.json(["history"])
            #expect(history.array?.map { $0["outcome"] } == ["rolled-back", "committed"])
        }
    }

    @Test("kill -9 at every transition: the good release is committed, the failing one left, all the same")
    func killedAtEveryTransition() async throws {
        try await Device.on(soak: 1) { device in
            let good = try await killEverywhere(device, "1.1.0")
            #expect(good.status["last"]?["outcome"] == "committed")
            #expect(good.status["version"] == "1.1.0")
            // Others are short, and the machine may be restarting already before the agent can be killed in them.
            let lasting: Set = ["verifying", "installing", "installed", "testing", "soaking"]
            #expect(good.states.isSuperset(of: lasting), "\(good.states)")
            print("killed in \(good.states.sorted())")
            let failing = try await killEverywhere(device, "1.2.0")
            #expect(failing.status["last"]?["outcome"] == "rolled-back")
            #expect(failing.status["last"]?["cause"] == "self-test")
            #expect(failing.status["version"] == "1.1.0")
            #expect(failing.states.isSuperset(of: ["verifying", "installing", "installed"]), "\(failing.states)")
            print("killed in \(failing.states.sorted())")
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
        }
    }

    /// Installs a release and kills the agent each time that it enters a state for the first time; gives where that was.
    private func killEverywhere(_ device: Device, _ version: String) async throws -> (states: Set<String>, status: JSON)
    {
        let bundle = try await device.product.bundle(version)
        let start = device.lines.count
        // It is told nothing once the agent it talks to is dead.
        async let command = device.aftercare(["install", "--no-activate", bundle.string])
        var states: Set<String> = []
        var next = start
        while true {
            let number = try await device.lines.wait(from: next, for: "a state") { Device.state(in: $0) != nil }
            next = number + 1
            guard let state = Device.state(in: device.lines.line(number)) else { continue }
            if state == "idle" {
                // The agent of before the offer may have said it only now.
                if states.isEmpty { continue }
                break
            }
            guard states.insert(state).inserted else { continue }
            if try await !device.killAgent() { states.remove(state) }
            // The machine may restart before the answer is out, so that a second try comes too late.
            while state == "installed", try await device.aftercare(["activate"]).status == 5 {}
        }
        _ = try await command
        return (states, try await device.conclusion(from: start))
    }

    @Test("A power cut in the middle of an installation, and one in the trial: committed in the end")
    func powerCuts() async throws {
        try await Device.on(soak: 2) { device in
            let bundle = try await device.product.bundle("1.1.0")
            let start = device.lines.count
            async let command = device.aftercare(["install", bundle.string])
            _ = try await device.enters("installing", from: start)
            try await device.cut()
            _ = try await command
            try await device.boot()
            let soaking = try await device.enters("soaking", from: start)
            try await device.cut()
            try await device.boot()
            let status = try await device.conclusion(from: soaking)
            #expect(status["last"]?["outcome"] == "committed")
            #expect(status["version"] == "1.1.0")
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
        }
    }
}
