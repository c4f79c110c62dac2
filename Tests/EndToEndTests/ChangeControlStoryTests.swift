import Documents
import Foundation
import Platform
import SystemPackage
import TestSupport
import Testing
import Trust
import Vocabulary

@Suite("No record, no install, with the real programs", .timeLimit(.minutes(5)))
struct ChangeControlStoryTests {
    @Test("A withdrawn approval stops what is installed already, and a device without a market takes nothing")
    func withdrawalAndMarket() async throws {
        let releases = try await StoryReleases()
        try await Device.on { device in
            let bundle = try await device.product.bundle("1.1.0").string
            #expect(try await device.aftercare(["install", "--no-activate", bundle]).status == 0)
            let withdrawal = try await releases.document(
                "withdrawal", ["--bundle", bundle, "--role", "quality", "--reason", "the report is of another build"],
                signedBy: [.quality])
            let before = try device.entries().count
            #expect(try await device.json(["apply", withdrawal])["changed"] == true)
            // The same document twice changes nothing, and is written down twice.
            #expect(try await device.json(["apply", withdrawal])["changed"] == false)
            #expect(try device.entries(from: before) == ["document.applied", "document.applied"])

            let start = device.lines.count
            #expect(try await device.aftercare(["activate"]).status == 0)
            let status = try await device.conclusion(from: start)
            #expect(status["last"]?["outcome"] == "refused")
            #expect(status["last"]?["fault"]?["code"] == "AC-2618")
            #expect(status["version"] == "1.0.0" && status["slotSet"] == "A")
            let judged = try device.entries(from: before + 2)
            #expect(
                judged.filter { ["update.judged", "update.refused"].contains($0) } == [
                    "update.judged", "update.refused",
                ])
            #expect(!judged.contains("update.restarting"), "\(judged)")

            try await device.cut()
            try device.configure { $0.hasPrefix("market = ") || $0.hasPrefix("route = ") ? nil : $0 }
            try await device.boot()
            let entries = try device.entries().count
            let slots = try device.slots()
            let refused = try await device.aftercare(["install", try await releases.bundle("1.1.0").string])
            #expect(refused.status == 3)
            #expect(refused.error.contains("[AC-2623]"), "\(refused.error)")
            #expect(try device.entries(from: entries) == ["update.refused"])
            #expect(try device.slots() == slots)
        }
    }

    @Test("A release that skips one waits for people, is linked to the baseline, and is left again only with authority")
    func skippedAndBack() async throws {
        let releases = try await StoryReleases()
        try await Device.on { device in
            var start = device.lines.count
            let installed = try await device.aftercare(["install", try await releases.bundle("1.1.0").string])
            #expect(installed.status == 0, "\(installed.error)")
            #expect(try await device.json(["status"]) { $0["state"] == "waiting" }["heldBy"]?.array?.count == 2)
            try await acknowledge("training", device)
            let held = try await device.json(["status"]) { $0["heldBy"]?.array?.count == 1 }
            #expect(held["heldBy"]?.array?.first?.string?.contains("acknowledge notice") == true, "\(held)")
            try await acknowledge("notice", device)
            let forward = try await device.conclusion(from: start)
            #expect(forward["last"]?["outcome"] == "committed")
            #expect(forward["version"] == "1.1.0")
            #expect(try device.entries().filter { $0 == "update.acknowledged" }.count == 2)
            let changes = try await device.json(["baseline"])
            #expect(changes["whole"] == true)
            #expect(changes["changes"]?.array?.map { $0["version"] } == [nil, "1.0.5", "1.1.0"])

            let older = try await releases.bundle("1.0.5").string
            let refused = try await device.aftercare(["install", older])
            #expect(refused.status == 3)
            #expect(refused.error.contains("[AC-2607]"), "\(refused.error)")
            let authority = try await releases.document(
                "downgrade",
                [
                    "--product", "infusion-pump", "--device", "virtual-1", "--from", "1.1.0", "--to", "1.0.5",
                    "--reason",
                    "performance", "--text", "the new table takes too long",
                ], signedBy: TrustPolicy.usualRoles)
            #expect(try await device.aftercare(["apply", authority]).status == 0)
            start = device.lines.count
            let back = try await device.aftercare(["install", older])
            #expect(back.status == 0, "\(back.error)")
            #expect(try await device.conclusion(from: start)["version"] == "1.0.5")
            #expect(try await device.aftercare(["baseline"]).status == 0)

            // The chain is held together by what the device kept of its releases.
            let folder = device.path("state/releases")
            for name in try Storage().names(in: folder) where name.hasSuffix(".manifest") {
                try Storage().remove(folder.appending(name))
            }
            let broken = try await device.aftercare(["baseline"])
            #expect(broken.status == 3)
            #expect(broken.text.contains("A LINK IS MISSING"), "\(broken.text)")
        }
    }

    private func acknowledge(_ subject: String, _ device: Device) async throws {
        let done = try await device.aftercare([
            "acknowledge", subject, "--name", "Nina Okafor", "--role", "biomedical-engineer",
        ])
        #expect(done.status == 0, "\(done.error)")
    }
}

/// Two more releases of the tests' product: 1.0.5, and a 1.1.0 that follows upon it and asks something of people.
private final class StoryReleases: Sendable {
    private let product: VirtualProduct
    private let folder: TemporaryFolder

    init() async throws {
        product = try await BlockingThread.run("product") { try VirtualProduct.shared.get() }
        folder = try TemporaryFolder()
        let first = SampleRecord.baseline("1.0.0")
        let skipped = SampleRecord.complete("1.0.5", earlier: [first])
        var second = SampleRecord.complete("1.1.0", earlier: [first, skipped])
        second = second.with("userVisible", ["trainingRequired": "training_before_use"])
        second = second.with("clinical", ["usabilityEvaluation": ["summative": "U-1"]])
        second = second.with(
            "safetyAction",
            [
                "type": "advisory_notice", "notice": ["en": "Check the set flow."],
                "fsnDigest": .string(SHA256.digest(of: Array("notice".utf8)).hex),
            ])
        var image = try Storage().read(product.image("1.1.0"), limit: 1 << 30)
        try image.replace("IMAGE_VERSION=1.1.0", with: "IMAGE_VERSION=1.0.5")
        try folder.write("1.0.5.ext4", image)
        try write("1.0.5", from: ["1.0.0"], image: folder.file("1.0.5.ext4"), skipped)
        try write("1.1.0", from: ["1.0.0"], image: product.image("1.1.0"), history: ["1.0.5"], second)
        try folder.write("sbom.cdx.json", SampleRecord.sbom)
        try folder.write("vex.cdx.json", SampleRecord.vex)
    }

    private func write(
        _ version: String, from: [String], image: FilePath, history: [String] = [], _ record: JSON
    ) throws {
        func list(_ names: [String]) -> String { "[\(names.map { "\"\($0)\"" }.joined(separator: ", "))]" }
        try folder.write(
            "\(version).toml",
            """
            product = "infusion-pump"
            hardware = ["rev-c"]
            version = "\(version)"
            from = \(list(from))
            fallbacks = \(list(from))
            security-version = 1
            self-test-deadline = 300
            created = "2026-05-01T12:00:00Z"
            compression-level = 3
            history = \(list(history.map { "\($0).change.toml" }))
            sbom = "sbom.cdx.json"
            vex = "vex.cdx.json"

            [images.rootfs]
            file = "\(image)"

            """)
        try folder.write("\(version).change.toml", SampleRecord.toml(record))
    }

    /// The bundle of a release with every approval.
    func bundle(_ version: String) async throws -> FilePath {
        let target = folder.file("\(version)-\(UUID().uuidString).aftercare")
        try await fleet(["bundle", "build", "-q", folder.file("\(version).toml").string, "-o", target.string])
        for role in TrustPolicy.usualRoles {
            try await fleet(["bundle", "approve", target.string, "--yes"] + person(role))
        }
        return target
    }

    /// The path of a new signed document.
    func document(_ kind: String, _ arguments: [String], signedBy roles: [Role]) async throws -> String {
        let draft = folder.file("\(kind).toml").string
        let signed = folder.file("\(kind).json").string
        let trust = kind == "withdrawal" ? ["--trust", product.trust.string] : []
        try await fleet(["document", "new", kind, "--id", "D-\(kind)", "-o", draft] + arguments + trust)
        for (number, role) in roles.enumerated() {
            let file = number == 0 ? draft : signed
            try await fleet(["document", "sign", file, "-o", signed, "--yes"] + person(role))
        }
        return signed
    }

    private func person(_ role: Role) -> [String] {
        let (certificate, key) = product.approver(role)
        return ["--certificate", certificate.string, "--key", key.string]
    }

    private func fleet(_ arguments: [String]) async throws {
        let result = try await BlockingThread.run("fleet") {
            try Tool.run([try Programs.path("aftercare-fleet")] + arguments)
        }
        try #require(result.status == 0, "\(arguments): \(result.error)")
    }
}

extension JSON {
    /// A copy in which some members of the object `name` are others.
    fileprivate func with(_ name: String, _ members: [String: JSON]) -> JSON {
        guard case .object(var all) = self, case .object(let part)? = all[name] else { return self }
        all[name] = .object(part.merging(members) { $1 })
        return .object(all)
    }
}

extension [UInt8] {
    /// Replaces the one occurrence of a text with another of the same length.
    fileprivate mutating func replace(_ text: String, with other: String) throws {
        let found = try #require(Data(self).range(of: Data(text.utf8)))
        replaceSubrange(found, with: other.utf8)
    }
}
