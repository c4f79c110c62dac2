import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The programs' commands", .timeLimit(.minutes(10)))
struct CommandTests {
    @Test("install takes a pipe and an address, and a dry run changes nothing")
    func sources() async throws {
        try await Device.on { device in
            let bundle = try await device.product.bundle("1.1.0")
            let bytes = try Storage().read(bundle, limit: 1 << 30)
            let slots = try device.slots()
            let dry = try await device.aftercare(["install", "--dry-run", bundle.string])
            #expect(dry.status == 0, "\(dry.error)")
            for gate in (1...14).map({ "G\($0)" }) + ["slots"] { #expect(dry.text.contains("\(gate) "), "\(dry.text)") }
            #expect(try device.entries().isEmpty)
            #expect(try device.slots() == slots)

            let piped = try await device.aftercare(["install", "--no-activate", "-"], input: bytes)
            #expect(piped.status == 0, "\(piped.error)")
            #expect(try await device.status()["state"] == "installed")
            #expect(try await device.aftercare(["cancel"]).status == 0)

            let server = try await WebServer.start(content: bytes)
            let start = device.lines.count
            let fetched = try await device.aftercare(["install", "\(server.address)/cut?3000000"])
            #expect(fetched.status == 0, "\(fetched.error)")
            #expect(try await device.conclusion(from: start)["last"]?["outcome"] == "committed")
        }
    }

    @Test("Each exit status says what it stands for")
    func exitStatuses() async throws {
        try await Device.on { device in
            let bundle = try await device.product.bundle("1.1.0").string
            #expect(try await device.aftercare(["status"]).status == 0)
            #expect(try await device.aftercare(["self-test"]).status == 0)
            #expect(try await device.aftercare(["--help"]).status == 0)
            #expect(try await device.aftercare(["install", "/nowhere.aftercare"]).status == 1)
            #expect(try await device.aftercare(["instal"]).status == 2)
            #expect(try await device.aftercare(["install"]).status == 2)
            #expect(try await device.aftercare(["activate"]).status == 3)
            #expect(try await device.aftercare(["commit"]).status == 3)
            #expect(try await device.aftercare(["rollback", "--reason", "no"]).status == 3)
            #expect(try await device.aftercare(["install", "--no-activate", bundle]).status == 0)
            #expect(try await device.aftercare(["install", bundle]).status == 4)
            try await device.cut()
            #expect(try await device.aftercare(["status"]).status == 5)
            #expect(try await device.aftercare(["install", bundle]).status == 5)
            // These need no daemon.
            #expect(try await device.aftercare(["verify", "-q", bundle]).status == 0)
            #expect(try await device.aftercare(["inspect", bundle]).status == 0)
            #expect(try await device.aftercare(["ledger", "verify"]).status == 0)
            let file = device.path("state/ledger/entries-0000000000000001.jsonl")
            var ledger = try Storage().read(file, limit: 1 << 20)
            ledger[200] ^= 1
            try Storage().replace(file, with: ledger)
            #expect(try await device.aftercare(["ledger", "verify"]).status == 1)
        }
    }

    @Test("The manufacturer's program has the same exit statuses, and both say who complains, of what, and its number")
    func complaints() async throws {
        let folder = try TemporaryFolder()
        let release = try folder.write("1.toml", "product = 1\n").string
        func run(_ program: String, _ arguments: [String]) async throws -> Tool.Result {
            try await BlockingThread.run(program) { try Tool.run([try Programs.path(program)] + arguments) }
        }
        for program in ["aftercare", "aftercare-fleet"] {
            let version = try await run(program, ["--version"])
            #expect(version.status == 0 && version.text == "\(ProgramVersion.text)\n" && version.error.isEmpty)
            let wrong = try await run(program, ["instal"])
            #expect(wrong.status == 2 && wrong.text.isEmpty)
            #expect(wrong.error.contains("instal") && wrong.error.hasSuffix("\n"))
        }
        let missing = try await run("aftercare-fleet", ["bundle", "build", folder.file("2.toml").string, "-o", "x"])
        #expect(missing.status == 1)
        let refused = try await run("aftercare-fleet", ["bundle", "build", release, "-o", "x"])
        #expect(refused.status == 3)
        #expect(
            refused.error.hasPrefix(
                "aftercare-fleet: '\(release)': line 1, column 11: 'product' is not a string [AC-2820]\n"))
        let file = try folder.write("aftercare.toml", "[device]\nname = 1\n").string
        let daemon = try await run("aftercare", ["daemon", "--config", file])
        #expect(daemon.status == 2)
        #expect(daemon.error.hasPrefix("aftercare: the configuration '\(file)' cannot be used: line 1, column 1: "))
    }

    @Test("JSON keeps the members that programs rely on")
    func json() async throws {
        try await Device.on { device in
            func names(_ value: JSON?) -> Set<String> {
                guard case .object(let members)? = value else { return [] }
                return Set(members.keys)
            }
            let bundle = try await device.product.bundle("1.1.0").string
            let status = try await device.status()
            #expect(
                names(status) == [
                    "boot", "configuration", "device", "findings", "hardware", "product", "securityFloor", "slotSet",
                    "state", "time",
                    "version",
                ])
            let slots = try await device.json(["slots"])
            #expect(names(slots) == ["bootEnvironment", "order", "slotSets"])
            let set = names(slots["slotSets"]?.array?.first)
            let relied: Set = ["attemptsLeft", "bootable", "confirmed", "images", "running", "set", "trial"]
            #expect(set.isSuperset(of: relied))
            let dry = try await device.json(["install", "--dry-run", bundle])
            #expect(
                names(dry) == ["accepted", "approvals", "bytes", "gates", "notes", "target", "version", "warnings"])
            let gate = dry["gates"]?.array?.first
            #expect(names(gate) == ["clause", "gate", "reason", "title", "verdict"])
            let verify = try await device.json(["verify", bundle])
            #expect(names(verify) == ["accepted", "checks"])
            let refused = try await device.json(["verify", "/dev/null"])
            #expect(names(refused) == ["accepted", "checks", "fault"])
            #expect(names(refused["fault"]) == ["advice", "code", "kind", "reason"])
            let inspected = try await device.json(["inspect", bundle])
            #expect(names(inspected) == ["checked", "manifest", "signaturesLength"])
            let installed = try await device.json(["install", "--no-activate", bundle])
            #expect(installed["state"] == "installed")
            #expect(
                names(installed["update"]).isSuperset(of: ["from", "offer", "securityVersion", "target", "version"]))
        }
    }

    @Test("An interlock that a clinical program holds defers the restart until it is given back")
    func interlock() async throws {
        try await Device.on { device in
            let lock = device.path("run/in-use.lock")
            try Storage().replace(lock, with: [])
            let holder = try await LockHolder.hold(lock)
            let start = device.lines.count
            let result = try await device.aftercare(["install", try await device.product.bundle("1.1.0").string])
            #expect(result.status == 0, "\(result.error)")
            #expect(result.text.contains("locked by its owner"), "\(result.text)")
            let status = try await device.status()
            #expect(status["state"] == "waiting")
            holder.release()
            #expect(try await device.conclusion(from: start)["last"]?["outcome"] == "committed")
        }
    }

    @Test("bundle build gives the same bytes twice, and openssl accepts the signatures that bundle approve adds")
    func reproducible() async throws {
        let product = try await BlockingThread.run("product") { try VirtualProduct.shared.get() }
        let folder = try TemporaryFolder()
        func fleet(_ arguments: [String]) async throws {
            let result = try await BlockingThread.run("fleet") {
                try Tool.run([try Programs.path("aftercare-fleet"), "bundle"] + arguments)
            }
            try #require(result.status == 0, "\(arguments): \(result.error)")
        }
        let release = product.release("1.1.0").string
        let bundle = folder.file("1.aftercare").string
        try await fleet(["build", "-q", release, "-o", bundle])
        try await fleet(["build", "-q", "--threads", "1", release, "-o", folder.file("2.aftercare").string])
        #expect(try folder.read("1.aftercare") == folder.read("2.aftercare"))
        for role in TrustPolicy.usualRoles {
            let (certificate, key) = product.approver(role)
            try await fleet(["approve", bundle, "--yes", "--certificate", certificate.string, "--key", key.string])
        }
        let (manifest, signatures) = (folder.file("manifest").string, folder.file("signatures").string)
        try await fleet(["inspect", bundle, "--manifest", manifest, "--signatures", signatures])
        let anchors = try TrustPolicy.usualRoles.flatMap {
            try Storage().read(product.trust.appending($0.name).appending("root.pem"), limit: 1 << 20)
        }
        let store = try folder.write("anchors.pem", anchors)
        func accepts(_ content: String) async throws -> Bool {
            try await BlockingThread.run("openssl") {
                try Tool.run([
                    "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signatures, "-content", content,
                    "-purpose", "any", "-CAfile", store.string, "-out", "/dev/null",
                ]).status == 0
            }
        }
        #expect(try await accepts(manifest))
        var other = try folder.read("manifest")
        other[other.count / 2] ^= 1
        try folder.write("other", other)
        #expect(try await !accepts(folder.file("other").string))
    }
}
