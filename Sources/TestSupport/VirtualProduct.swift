import Documents
import Foundation
import Platform
package import Releases
package import SystemPackage
package import Trust
import Vocabulary

/// A tiny product for virtual devices: an authority, approvers, and releases whose images are real ext4 file systems.
///
/// Made once a process, since its authority and its images take a moment.
package final class VirtualProduct: Sendable {
    package static let shared = Result { try VirtualProduct() }

    package let folder: TemporaryFolder
    package let signers: [ContentSigner]

    /// The bytes of every image, and so of every slot.
    package static let imageLength = 16 << 20
    private static let noiseLength = 6 << 20

    private init() throws {
        folder = try TemporaryFolder()
        let authority = Authority(folder: folder.file("pki"), storage: Storage())
        let now = SystemClock().now().advanced(by: -3600)
        try authority.create(roles: TrustPolicy.usualRoles, organization: "Test", keys: .p256, now: now)
        signers = try TrustPolicy.usualRoles.map { role in
            let files = try authority.issue(role: role, person: "Approver \(role)", keys: .p256, days: 30, now: now)
            return try ContentSigner.read(certificate: files.certificate, key: files.key.string, storage: Storage())
        }
        try makeImage("1.0.0", check: "exit 0")
        try makeImage("1.1.0", check: "exit 0")
        try makeImage("1.2.0", check: "echo 'flow 12 % off' >&2; exit 1")
        let first = SampleRecord.baseline("1.0.0")
        let second = SampleRecord.complete("1.1.0", from: ["1.0.0"], securityVersion: 2, earlier: [first])
        let third = SampleRecord.complete("1.2.0", from: ["1.1.0"], securityVersion: 3, earlier: [first, second])
        try writeRelease("1.1.0", from: "1.0.0", securityVersion: 2, second)
        try writeRelease("1.2.0", from: "1.1.0", securityVersion: 3, third)
        try Provisioning(signers: signers, time: SystemClock().now()).write(into: folder.file("pki"))
    }

    /// The folder with `trust.toml` for a device.
    package var trust: FilePath { folder.file("pki") }

    package func image(_ version: String) -> FilePath { folder.file("images").appending("\(version).ext4") }

    package func release(_ version: String) -> FilePath { folder.file("releases").appending("\(version).toml") }

    /// The certificate and the key of the approver of a role.
    package func approver(_ role: Role) -> (certificate: FilePath, key: FilePath) {
        let place = trust.appending(role.name)
        return (place.appending("approver-\(role).pem"), place.appending("approver-\(role).key"))
    }

    /// One CMS message with everybody's approval of now.
    package func sign(_ content: [UInt8]) throws -> [UInt8] {
        let now = SystemClock().now()
        return try signers.reduce([]) { try $1.sign(content, at: now, addingTo: $0.isEmpty ? nil : $0) }
    }

    /// The bundle of a release with every approval.
    package func bundle(_ version: String) async throws -> FilePath {
        let source = try ReleaseSource.read(release(version), in: Storage())
        let target = folder.file("\(version)-\(UUID().uuidString).aftercare")
        let builder = ReleaseBuilder(source, storage: Storage(), threads: 2)
        _ = try await builder.build(to: target, signedBy: signers, at: SystemClock().now())
        return target
    }

    /// A release of so many MiB, a third of them noise, and an image of 1.0.0 whose slots have room for it.
    package func largeRelease(megabytes: Int) async throws -> (before: FilePath, bundle: FilePath) {
        let before = folder.file("images/large-1.0.0.ext4")
        let noise = folder.file("roots/1.1.0/usr/lib/pump/large")
        let made = try Tool.run([
            "sh", "-ec",
            """
            cp --sparse=always "$1" "$2" && truncate -s "$4M" "$2"
            head -c "$(($4 / 3))M" /dev/urandom > "$3"
            """, "sh", image("1.0.0").string, before.string, noise.string, "\(megabytes)",
        ])
        guard made.status == 0 else { throw DocumentError.unacceptable("large", reason: made.error) }
        defer { try? FileManager.default.removeItem(atPath: noise.string) }
        try makeFileSystem("1.1.0", at: folder.file("images/large-1.1.0.ext4"), kilobytes: megabytes << 10)
        let text = String(decoding: try folder.read("releases/1.1.0.toml"), as: UTF8.self)
        let description = try folder.write(
            "releases/large.toml", text.replacing("images/1.1.0.ext4", with: "images/large-1.1.0.ext4"))
        try folder.write("releases/large.change.toml", try folder.read("releases/1.1.0.change.toml"))
        let bundle = folder.file("large.aftercare")
        let builder = ReleaseBuilder(
            try ReleaseSource.read(description, in: Storage()), storage: Storage(), threads: 2)
        _ = try await builder.build(to: bundle, signedBy: signers, at: SystemClock().now())
        return (before, bundle)
    }

    private func makeImage(_ version: String, check: String) throws {
        let root = "roots/\(version)"
        try folder.write("\(root)/usr/lib/os-release", "ID=test\nIMAGE_ID=infusion-pump\nIMAGE_VERSION=\(version)\n")
        let program = try folder.write("\(root)/usr/bin/pump-check", "#!/bin/sh\n\(check)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.string)
        try folder.write(
            "\(root)/usr/lib/aftercare/self-tests.d/pump.toml",
            """
            [[test]]
            id = "pump-check"
            kind = "command"
            run = ["/usr/bin/pump-check"]
            timeout = 60

            """)
        try folder.write("\(root)/usr/lib/aftercare/board.toml", Self.board)
        try folder.write("\(root)/usr/lib/aftercare/health.toml", Self.plan)
        let noise = try Tool.run(["head", "-c", "\(Self.noiseLength)", "/dev/urandom"])
        try folder.write("\(root)/usr/lib/pump/noise", noise.output)
        try folder.write("images/.keep", "")
        try makeFileSystem(version, at: image(version), kilobytes: Self.imageLength >> 10)
    }

    private func makeFileSystem(_ version: String, at place: FilePath, kilobytes: Int) throws {
        let made = try Tool.run([
            "/usr/sbin/mke2fs", "-q", "-t", "ext4", "-d", folder.file("roots/\(version)").string, place.string,
            "\(kilobytes)k",
        ])
        guard made.status == 0 else { throw DocumentError.unacceptable(version, reason: made.error) }
    }

    private static let board = """
        [board]
        name = "test-pump"

        [system]
        reads = ["uptime"]

        [[sensor]]
        name = "cpu.temperature"
        driver = "thermal"
        zone = "cpu-thermal"
        plausible = [-40, 150]

        [[sensor]]
        name = "motor.temperature"
        driver = "hwmon"
        chip = "tmp102"
        channel = "temp1"
        plausible = [-40, 150]

        [[sensor]]
        name = "motor.current"
        driver = "hwmon"
        chip = "ina226"
        channel = "curr1"
        plausible = [0, 20]

        [[supply]]
        name = "battery"
        device = "bq27546-0"
        kind = "battery"
        reads = ["health", "level"]

        [[storage]]
        name = "emmc"
        device = "mmcblk2"
        kind = "mmc"
        reads = ["life-used"]

        """

    private static let plan = """
        interval = 0.5

        [[watch]]
        indicators = ["*"]
        hold = 1

        [[limit]]
        code = "HF-TEMP-MOTOR"
        indicator = "motor.temperature"
        warning-above = 60
        alarm-above = 75
        clear-by = 5
        sentence = "The motor is too hot"

        [[limit]]
        code = "HF-BATTERY-HEALTH"
        indicator = "battery.health"
        expected = ["Good"]
        sentence = "The battery reports a fault"

        """

    private func writeRelease(_ version: String, from: String, securityVersion: Int, _ record: JSON) throws {
        try folder.write(
            "releases/\(version).toml",
            """
            product = "infusion-pump"
            hardware = ["rev-c"]
            version = "\(version)"
            from = ["\(from)"]
            fallbacks = ["\(from)"]
            security-version = \(securityVersion)
            self-test-deadline = 300
            created = "2026-05-01T12:00:00Z"
            compression-level = 3
            sbom = "sbom.cdx.json"
            vex = "vex.cdx.json"

            [images.rootfs]
            file = "../images/\(version).ext4"

            """)
        try folder.write("releases/\(version).change.toml", SampleRecord.toml(record))
        try folder.write("releases/sbom.cdx.json", SampleRecord.sbom)
        try folder.write("releases/vex.cdx.json", SampleRecord.vex)
    }
}
