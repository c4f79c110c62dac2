import Documents
import Foundation
import Ledger
import Platform
import Servicing
import SystemPackage
import TestSupport
import Testing

@Suite("A technician's visit", .timeLimit(.minutes(5)))
struct VisitStoryTests {
    /// The ledger's entries of service, in their order.
    private func service(_ device: Device) throws -> [String] {
        try device.entries().filter { $0.hasPrefix("service") }
    }

    @Test("In picocom: log in, look, test, update by sz, restart, and leave with a service record")
    func visit() async throws {
        let technician = try await Technician()
        try await Device.on(trust: technician.trust) { device in
            let screen = try await technician.sit(at: device)
            try await technician.logIn(screen)
            let status = try await screen.say("status", until: "virtual-1#")
            #expect(status.contains("Running  1.0.0 in slot set A"))
            #expect(status.contains { $0.hasPrefix("Logged in: Tom Weber") })
            try await screen.say("health", until: "Health: ")
            try await screen.say("", until: "virtual-1#")
            try await screen.say("network", until: "virtual-1#")
            try await screen.say("test all", until: "Type yes to go on:")
            let tested = try await screen.say("yes", until: "virtual-1#")
            #expect(tested.contains { $0.hasPrefix("Verdict  passed") })

            let bundle = try await device.product.bundle("1.1.0")
            try await screen.say("update zmodem", until: "Start the upload")
            try await screen.say("", keys: ["C-a", "C-s"], until: "*** file:")
            try await screen.say(bundle.string, until: "Type yes to go on:")
            try await screen.say("yes", until: "Restart into it by itself")
            try await screen.say("n", until: "Type activate to restart into it.")

            let start = device.lines.count
            try await screen.say("activate", until: "Type yes to go on:")
            try await screen.say("yes", until: "Asked for.")
            let committed = try await device.conclusion(from: start)
            #expect(committed["last"]?["outcome"] == "committed")

            while (try? await screen.say("", until: "virtual-1>", within: .seconds(2))) == nil {
                try Task.checkCancellation()
            }
            let back = try await technician.logIn(screen)
            #expect(back.contains { $0.hasPrefix("This goes on with the visit that was open") })
            try await screen.say("logout", until: "performed>")
            try await screen.say("Release 1.1.0 installed and tested.", until: "Result, passed, failed or unfinished:")
            try await screen.say("passed", until: "remarks>")
            let record = try await screen.say("none", until: "Press Enter to begin a new session.")
            for part in ["virtual-1", "Tom Weber", "1.1.0", "Release 1.1.0 installed and tested.", "pump-check"] {
                #expect(record.contains { $0.contains(part) }, "\(part)")
            }
            let entries = try service(device)
            #expect(entries.prefix(2) == ["service.started", "service.login"], "\(entries)")
            #expect(entries.suffix(3) == ["service.record", "service.ended", "service.logout"], "\(entries)")
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
        }
    }

    @Test("Whoever sends for a person at the console hears that the release is installed, and the console is back")
    func updateLine() async throws {
        let technician = try await Technician()
        try await Device.on(trust: technician.trust) { device in
            let screen = try await technician.sit(at: device, send: "\(try Programs.path("aftercare-fleet")) send")
            try await technician.logIn(screen)
            try await screen.say("update line", until: "Type yes to go on:")
            try await screen.say("yes", until: "Restart into it by itself")
            try await screen.say("n", until: "calls it off")
            try await screen.say("", keys: ["C-a", "C-s"], until: "*** file:")
            let bundle = try await device.product.bundle("1.1.0")
            let shown = try await screen.say(bundle.string, until: "*** exit status:")
            #expect(shown.contains("*** exit status: 0 ***"))
            let status = try await screen.say("status", until: "Update ")
            #expect(status.contains { $0.hasPrefix("Update   installed 1.1.0") })
        }
    }

    @Test("A service tool's update that was killed and lost its device's power goes on where it was")
    func interrupted() async throws {
        let technician = try await Technician()
        try await Device.on(trust: technician.trust) { device in
            let bundle = try await device.product.bundle("1.1.0")
            let arguments = ["send", bundle.string, "--port", device.path("service-port").string] + technician.person
            // Killed as soon as some of it has gone over the line.
            let cut = Process()
            cut.executableURL = URL(fileURLWithPath: try Programs.path("aftercare-fleet"))
            cut.arguments = arguments
            let output = Pipe()
            cut.standardError = output
            cut.standardOutput = FileHandle.nullDevice
            try cut.run()
            var shown = ""
            while !shown.contains("30 % sent") && !shown.contains("40 % sent"),
                case let data = output.fileHandleForReading.availableData, !data.isEmpty
            {
                shown += String(decoding: data, as: UTF8.self)
            }
            kill(cut.processIdentifier, SIGKILL)
            #expect(shown.contains("% sent"), "\(shown)")
            try await device.cut()
            try await device.boot()

            let start = device.lines.count
            let again = try await device.fleet(arguments + ["--activate"])
            #expect(again.status == 0, "\(again.error)")
            #expect(again.error.contains("were there already"), "\(again.error)")
            let committed = try await device.conclusion(from: start)
            #expect(committed["last"]?["outcome"] == "committed")
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
        }
    }

    @Test(
        "Edited, foreign and replayed grants are refused once each, and after a million random bytes the console lives")
    func badInput() async throws {
        let technician = try await Technician()
        try await Device.on(trust: technician.trust) { device in
            let screen = try await technician.sit(at: device)
            let grant = try technician.grant(try await technician.challenge(screen))
            var edited = Array(grant)
            let place = try #require(edited.firstIndex { $0.isNewline }) - 8
            edited[place] = edited[place] == "A" ? "B" : "A"
            try await screen.paste(String(edited), until: "Refused:")
            try await screen.say("", keys: ["C-c", "Enter"], until: "virtual-1>")

            _ = try await technician.challenge(screen)
            let foreign = try technician.grant(try Challenge(device: "virtual-2").description)
            try await screen.paste(foreign, until: "Refused:")
            try await screen.say("", keys: ["C-c", "Enter"], until: "virtual-1>")

            let good = try technician.grant(try await technician.challenge(screen))
            try await screen.paste(good, until: "virtual-1#")
            try await screen.say("login", until: "grant>")
            try await screen.paste(good, until: "Refused:")
            try await screen.say("", keys: ["C-c", "Enter"], until: "virtual-1#")

            var dice = Dice(seed: 7)
            let noise = (0..<1_000_000).map { _ in UInt8.random(in: 1...255, using: &dice) }
            let port = try FileDescriptor.open(device.path("service-port"), .writeOnly)
            _ = try await BlockingThread.run("noise") { Result { try port.closeAfter { try port.writeAll(noise) } } }
                .get()
            // Whatever the bytes have typed and left open, a person comes out of it.
            while (try? await screen.say(
                "status", keys: ["C-c", "C-u", "Enter"], until: "virtual-1", within: .seconds(5)))
                == nil
            {
                try Task.checkCancellation()
            }
            let codes = try device.refusals()
            #expect(codes.filter { $0 == "AC-3425" }.count == 1, "\(codes)")
            #expect(codes.filter { $0 == "AC-3423" }.count == 1, "\(codes)")
            #expect(["AC-3431", "AC-3442"].contains(codes.first ?? ""), "\(codes)")
            #expect(try await device.json(["ledger", "verify"])["intact"] == true)
        }
    }
}
