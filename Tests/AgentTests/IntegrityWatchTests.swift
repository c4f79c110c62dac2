import Agent
import ChangeControl
import Documents
import Foundation
import Integrity
import Ledger
import Logging
import Platform
import PowerCuts
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("The configuration is watched", .timeLimit(.minutes(5)))
struct IntegrityWatchTests {
    private static let plan = "images = [\"rootfs\"]\n[[tree]]\npath = \"/etc/pump\"\n"

    /// A machine that runs 1.1.0 from slot set B, which it installed itself, with two files that are measured.
    private func machine() async throws -> SimulatedMachine {
        let machine = try SimulatedMachine()
        try await machine.update(try machine.bundle(TestImage("1.1.0")))
        try furnish(machine)
        return machine
    }

    /// What an image would bring: the root of a simulated machine is made anew with each boot.
    private func furnish(_ machine: SimulatedMachine) throws {
        try machine.folder.write("root/usr/lib/aftercare/integrity.toml", Self.plan)
        try machine.folder.write("root/etc/pump/limits.conf", "max = 100\n")
        try machine.folder.write("root/etc/pump/site.conf", "ward = 3\n")
    }

    private func key(_ machine: SimulatedMachine) throws -> DeviceKey {
        try DeviceKey.open(file: machine.configuration.places.deviceKey, storage: Storage())
    }

    /// Has an agent and its watch run during `body`; nothing of them is left when it returns.
    private func watching<Value>(
        _ machine: SimulatedMachine, _ body: (Agent, IntegrityWatch) async throws -> Value
    ) async throws -> Value {
        let running = try RunningAgent(machine, key: try key(machine))
        let value = try await watching(machine, with: try running.alive, body)
        await running.stop()
        return value
    }

    private func watching<Value>(
        _ machine: SimulatedMachine, with agent: Agent, _ body: (Agent, IntegrityWatch) async throws -> Value
    ) async throws -> Value {
        let watch = IntegrityWatch(
            agent: agent, policy: machine.configuration.integrity, places: machine.configuration.places,
            boot: try machine.read("boot-id").trimmed, clock: SystemClock(), storage: Storage(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await body(agent, watch)
    }

    private func tamper(_ machine: SimulatedMachine) throws {
        var image = try machine.slot(.b)
        image[image.count - 1] ^= 1
        try machine.folder.write("disk/b.img", image)
    }

    private func count(_ type: LedgerEventType, _ machine: SimulatedMachine) throws -> Int {
        try machine.entries().filter { $0.event == type }.count
    }

    @Test("A changed slot and an edited file are found, recorded once, and stay until people sign for them")
    func story() async throws {
        let machine = try await machine()
        try await watching(machine) { agent, watch in
            #expect(await agent.status()["configuration"] == "not-measured")
            let first = try await watch.measureNow()["statement"]
            #expect(first?["configuration"] == "known" && first?["last"]?["items"] == 4)
            #expect(await agent.status()["findings"] == [])
        }
        let right = try machine.slot(.b)
        try tamper(machine)
        try machine.folder.write("root/etc/pump/limits.conf", "max = 900\n")
        let measured = try await watching(machine) { agent, watch in
            let found = try await watch.measureNow()["statement"]
            #expect(found?["configuration"] == "unknown")
            #expect(
                found?["drifts"]?.array?.compactMap { $0["subject"]?.string } == [
                    "file /etc/pump/limits.conf", "image rootfs",
                ])
            _ = try await watch.measureNow()
            #expect(await agent.status()["findings"]?.array?.first?["code"] == "HF-CONFIGURATION-DRIFT")
            return try #require(found?["last"]?["digest"]?.string)
        }
        #expect(try count(.configurationDrifted, machine) == 1)
        #expect(try count(.incidentCandidate, machine) == 1)
        #expect(try count(.findingOpened, machine) == 1)
        let candidate = try machine.entries().last { $0.event == .incidentCandidate }
        #expect(
            candidate?.body["evidence"]?.array?.last?["expected"]?["sha256"]?.string == SHA256.digest(of: right).hex)

        let document = ConfigurationAcceptance(
            id: "CFG-7", device: "pump-1", digest: try #require(Digest(hex: measured)), reason: "tried on site", by: "Q"
        ).json
        let unsigned = SignedDocument(document)
        let signed = SignedDocument(document, signatures: try machine.approvers.sign(unsigned.content))
        try await watching(machine) { agent, watch in
            // It outlives the agent.
            #expect(await agent.status()["configuration"] == "unknown")
            await #expect(throws: FaultReport.self) { try await agent.apply(unsigned.bytes, requestedBy: "test") }
            let applied = try await agent.apply(signed.bytes, requestedBy: "test")
            #expect(applied["changed"] == true)
            #expect(await agent.status()["configuration"] == "known")
            let again = try await agent.apply(signed.bytes, requestedBy: "test")
            #expect(again["changed"] == false)
            let result = try await watch.measureNow()["statement"]
            #expect(result?["configuration"] == "known")
        }
        #expect(try count(.configurationRebaselined, machine) == 1)
        #expect(try count(.findingClosed, machine) == 1)
        guard case .whole = try machine.verifyLedger() else {
            Issue.record("the ledger does not hold")
            return
        }
    }

    @Test("A release that is committed is measured anew, and drift of the one before it is over")
    func commit() async throws {
        let machine = try await machine()
        try await watching(machine) { _, watch in _ = try await watch.measureNow() }
        try machine.folder.write("root/etc/pump/new.conf", "x")
        try await watching(machine) { _, watch in
            let result = try await watch.measureNow()["statement"]
            #expect(result?["configuration"] == "unknown")
        }
        try await machine.update(try machine.bundle(TestImage("1.2.0"), from: ["1.1.0"]))
        try furnish(machine)
        try await watching(machine) { agent, watch in
            #expect(await agent.status()["version"] == "1.2.0")
            let result = try await watch.measureNow()["statement"]
            #expect(
                result?["configuration"] == "known"
                    && result?["basis"]?["release"]?.string?.hasPrefix("A 1.2.0") == true)
        }
    }

    @Test("The state survives the loss of the database, and a baseline that is taken away is drift")
    func lost() async throws {
        let machine = try await machine()
        try await watching(machine) { _, watch in _ = try await watch.measureNow() }
        try machine.folder.write("root/etc/pump/site.conf", "ward = 4\n")
        try await watching(machine) { _, watch in _ = try await watch.measureNow() }
        for name in ["state.db", "state.db-wal", "state.db-shm"] {
            try? FileManager.default.removeItem(atPath: machine.folder.file("state/\(name)").string)
        }
        try FileManager.default.removeItem(atPath: machine.folder.file("state/measurements").string)
        try await watching(machine) { agent, watch in
            #expect(await agent.status()["configuration"] == "unknown")
            let subjects = try await watch.measureNow()["statement"]?["drifts"]?.array?.compactMap {
                $0["subject"]?.string
            }
            #expect(subjects?.contains { $0.hasPrefix("baseline ") } == true)
        }
    }

    @Test("Nothing is measured while an update moves, and a release without a plan says so")
    func givesWay() async throws {
        let machine = try await machine()
        let source = try machine.source(try machine.bundle(TestImage("1.2.0"), from: ["1.1.0"]))
        let idle = try RunningAgent(machine, working: false, key: try key(machine))
        try await idle.offer(source)
        try await watching(machine, with: try idle.alive) { _, watch in
            let fault = await #expect(throws: FaultReport.self) { try await watch.measureNow() }
            #expect(fault?.kind == .inUse)
        }
        await idle.stop()
        try FileManager.default.removeItem(atPath: machine.folder.file("root/usr/lib/aftercare/integrity.toml").string)
        let bare = try RunningAgent(machine, working: false, key: try key(machine))
        try await watching(machine, with: try bare.alive) { agent, watch in
            let fault = await #expect(throws: FaultReport.self) { try await watch.measureNow() }
            #expect(fault?.code == IntegrityError.notMeasured(reason: "").code)
            #expect(await agent.status()["configuration"] == "not-measured")
        }
        await bare.stop()
    }

    @Test("It measures by itself after the first start and keeps a finished result over a restart")
    func byItself() async throws {
        let machine = try await machine()
        func run() async throws {
            try await watching(machine) { agent, watch in
                let work = Task { await watch.run() }
                while await agent.status()["configuration"] != "known" { await Task.yield() }
                await watch.stop()
                await work.value
            }
        }
        try await run()
        try await run()
        #expect(try count(.configurationMeasured, machine) == 1)
    }

    @Test("The export of the configuration is the same bytes until something changes, and openssl checks its signature")
    func export() async throws {
        let machine = try await machine()
        let (first, second) = try await watching(machine) { agent, watch in
            _ = try await watch.measureNow()
            let first = try await agent.exportConfiguration(requestedBy: "test")
            _ = try await watch.measureNow()
            return (first, try await agent.exportConfiguration(requestedBy: "another"))
        }
        #expect(first.canonicalBytes == second.canonicalBytes)
        let statement = try DeviceStatement.read(first)
        #expect(statement["configuration"]?["items"]?.array?.count == 4)
        #expect(statement["slotSets"]?.array?.last?["images"]?.array?.count == 1)
        try checkByOpenSSL(first, in: machine.folder)
        try machine.folder.write("root/etc/pump/site.conf", "ward = 5\n")
        let third = try await watching(machine) { agent, watch in
            _ = try await watch.measureNow()
            return try await agent.exportConfiguration(requestedBy: "test")
        }
        #expect(third.canonicalBytes != first.canonicalBytes)
    }

    private func checkByOpenSSL(_ signed: JSON, in folder: TemporaryFolder) throws {
        func decoded(_ name: String) throws -> [UInt8] {
            let text = try #require(signed[name]?.string)
            return try #require(Base64.decode(Array(text.utf8)))
        }
        let key = try folder.write("key.der", try decoded("key"))
        let signature = try folder.write("signature", try decoded("signature"))
        let statement = try #require(signed["statement"])
        let content = try folder.write("content", "aftercare.statement/1\n" + statement.canonicalText)
        let arguments = [
            "openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key.string, "-rawin",
            "-sigfile", signature.string, "-in",
        ]
        #expect(try Tool.run(arguments + [content.string]).status == 0)
        let other = try folder.write("other", "aftercare.statement/1\n" + statement.canonicalText + " ")
        #expect(try Tool.run(arguments + [other.string]).status != 0)
    }

    @Test("The passport's code is read from a picture, verifies offline, and vouches for the passport")
    func code() async throws {
        let machine = try await machine()
        let answer = try await watching(machine) { agent, watch in
            _ = try await watch.measureNow()
            return try await agent.signedPassport()
        }
        let passport = try DeviceStatement.read(try #require(answer["passport"]))
        #expect(passport["configuration"] == "known")
        #expect(passport["identity"]?["softwarePI"]?.string != nil)
        let code = try #require(answer["code"])
        let picture = try #require(QRCode(code.canonicalBytes))
        let scanned = try scan(picture, in: machine.folder)
        let read = try DeviceStatement.read(try JSONReader.read(Array(scanned.utf8), limit: 4096))
        #expect(read["passport"]?.string == SHA256.digest(of: passport.canonicalBytes).hex)
        #expect(read["configuration"] == "known")
        let forged = try JSONReader.read(Array(scanned.replacing("known", with: "nknow").utf8), limit: 4096)
        #expect(throws: TrustError.badSignature("the device")) { try DeviceStatement.read(forged) }
    }

    private func scan(_ code: QRCode, in folder: TemporaryFolder) throws -> String {
        let (margin, scale) = (4, 3)
        let side = (code.size + 2 * margin) * scale
        var picture = Array("P5 \(side) \(side) 255\n".utf8)
        for row in 0..<side {
            for column in 0..<side {
                picture.append(code.isDark(row / scale - margin, column / scale - margin) ? 0 : 255)
            }
        }
        let file = try folder.write("code.pgm", picture)
        let result = try Tool.run(["zbarimg", "--quiet", "--raw", file.string])
        #expect(result.status == 0)
        return result.text.trimmed
    }
}
