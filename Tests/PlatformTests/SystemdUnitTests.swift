import Foundation
import SystemPackage
import TestSupport
import Testing

private let sources = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .appending("systemd")

/// The unit files as they are installed, with the programs they start replaced by ones that are here.
private struct InstalledUnits {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in [
            "aftercare.service", "aftercare-console@.service", "aftercare-deadman.service", "aftercare-deadman.timer",
            "aftercare-stick@.service",
        ] {
            let text = String(
                decoding: try Data(contentsOf: URL(filePath: sources.appending(name).string)), as: UTF8.self)
            // An instance of a template by any name.
            try folder.write(
                name.replacing("@.", with: "@ttyS0."),
                text.replacing("ExecStart=/usr/bin/aftercare ", with: "ExecStart=/bin/true ")
                    .replacing("/usr/lib/aftercare/deadman", with: sources.appending("deadman").string))
        }
    }

    func analyze(_ arguments: String...) throws -> Tool.Result {
        try Tool.run(
            ["systemd-analyze"] + arguments, environment: ["SYSTEMD_UNIT_PATH": "\(folder.path):", "NO_COLOR": "1"])
    }
}

@Suite("Unit files")
struct SystemdUnitTests {
    @Test(
        "systemd finds nothing to say against a unit",
        arguments: [
            "aftercare.service", "aftercare-console@ttyS0.service", "aftercare-deadman.service",
            "aftercare-deadman.timer", "aftercare-stick@ttyS0.service",
        ])
    func verify(unit: String) throws {
        let units = try InstalledUnits()
        let result = try units.analyze("verify", "--man=no", units.folder.file(unit).string)
        #expect(result.status == 0)
        #expect(result.text + result.error == "")
    }

    @Test("systemd finds what is wrong in a unit, so that its silence means something")
    func verifyNotices() throws {
        let units = try InstalledUnits()
        try units.folder.write("aftercare.service", "[Service]\nExecStart=/nowhere/aftercare\nProtectSistem=strict\n")
        let result = try units.analyze("verify", "--man=no", units.folder.file("aftercare.service").string)
        #expect(result.error.contains("ProtectSistem"))
        #expect(result.error.contains("/nowhere/aftercare"))
    }

    @Test("The agent's exposure is at most 2.7 of 10")
    func security() throws {
        let units = try InstalledUnits()
        let service = units.folder.file("aftercare.service").string
        let held = try units.analyze("security", "--offline=true", "--no-pager", "--threshold=27", service)
        #expect(held.status == 0, "\(held.text.suffix(80))")
        let missed = try units.analyze("security", "--offline=true", "--no-pager", "--threshold=20", service)
        #expect(missed.status != 0, "the bound can be lower")
    }

    @Test("The console's exposure is at most 0.6 of 10")
    func consoleSecurity() throws {
        let units = try InstalledUnits()
        let service = units.folder.file("aftercare-console@ttyS0.service").string
        let held = try units.analyze("security", "--offline=true", "--no-pager", "--threshold=6", service)
        #expect(held.status == 0, "\(held.text.suffix(80))")
    }

    @Test("What looks into sticks is exposed at most 1.7 of 10")
    func stickSecurity() throws {
        let units = try InstalledUnits()
        let service = units.folder.file("aftercare-stick@ttyS0.service").string
        let held = try units.analyze("security", "--offline=true", "--no-pager", "--threshold=17", service)
        #expect(held.status == 0, "\(held.text.suffix(80))")
    }

    @Test("The agent starts without a message bus")
    func weakBus() throws {
        let text = String(
            decoding: try Data(contentsOf: URL(filePath: sources.appending("aftercare.service").string)), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.contains("Wants=dbus.service"))
        for word in ["Requires=", "BindsTo=", "Requisite=", "BusName=", "Type=dbus"] {
            #expect(!lines.contains { $0.hasPrefix(word) })
        }
    }
}

@Suite("The dead-man of a trial")
struct DeadManTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var trial: String? = "target=B\nversion=1.1\ndeadline=600\n"
        var commandLine = "quiet aftercare.slot=B ro"
        var uptime = "901.07 1700.00"
        var hasState = true
        let restarts: Bool
    }

    static let cases = [
        Case(testDescription: "overdue by a second", restarts: true),
        Case(testDescription: "the last second", uptime: "899.99 0.00", restarts: false),
        Case(testDescription: "no trial", trial: nil, uptime: "99999.0 0", restarts: false),
        Case(testDescription: "the loader went back", commandLine: "aftercare.slot=A", restarts: false),
        Case(testDescription: "RAUC's name of the slot", commandLine: "rauc.slot=A", restarts: false),
        Case(testDescription: "ours goes first", commandLine: "aftercare.slot=B rauc.slot=A", restarts: true),
        Case(
            testDescription: "the last word counts", commandLine: "aftercare.slot=B aftercare.slot=A", restarts: false),
        Case(testDescription: "unknown slot set", commandLine: "quiet", restarts: true),
        Case(testDescription: "no deadline: 15 minutes", trial: "target=B\n", uptime: "1199.0 0", restarts: false),
        Case(testDescription: "no deadline, overdue", trial: "target=B\n", uptime: "1200.0 0", restarts: true),
        Case(testDescription: "an empty mark", trial: "", uptime: "1200.0 0", restarts: true),
        Case(
            testDescription: "a mark without end", trial: "target=B\ndeadline=60", uptime: "1199.0 0", restarts: false),
        Case(testDescription: "nonsense", trial: "deadline=$(reboot)\n", uptime: "1200.0 0", restarts: true),
        Case(testDescription: "too long", trial: "deadline=9999999\n", uptime: "1200.0 0", restarts: true),
        Case(testDescription: "negative", trial: "deadline=-600\n", uptime: "1199.0 0", restarts: false),
        Case(
            testDescription: "state cannot be mounted on trial", trial: nil,
            commandLine: "aftercare.slot=B aftercare.trial",
            uptime: "1200.0 0", hasState: false, restarts: true),
        Case(
            testDescription: "committed since the boot", trial: nil, commandLine: "aftercare.slot=B aftercare.trial",
            uptime: "9999.0 0", restarts: false),
        Case(testDescription: "no uptime", uptime: "", restarts: true),
    ]

    @Test("It restarts a trial that is overdue, and nothing else", arguments: cases)
    func decision(situation: Case) throws {
        let folder = try TemporaryFolder()
        if situation.hasState { try folder.write("state/state.db", "") }
        if let trial = situation.trial { try folder.write("state/trial", trial) }
        // Stands for systemd's own, which a test must not ask to stop anything.
        let stopped = folder.file("stopped")
        let systemctl = try folder.write("bin/systemctl", "#!/bin/sh\necho \"$@\" >\"\(stopped)\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: systemctl.string)
        let result = try Tool.run(
            [sources.appending("deadman").string],
            environment: [
                "AFTERCARE_STATE": folder.file("state").string,
                "AFTERCARE_COMMAND_LINE": try folder.write("cmdline", situation.commandLine + "\n").string,
                "AFTERCARE_UPTIME": try folder.write("uptime", situation.uptime + "\n").string,
                "PATH": "\(folder.file("bin")):/usr/bin:/bin",
            ])
        #expect((result.status != 0) == situation.restarts, "\(result.text)\(result.error)")
        let isMarked = FileManager.default.fileExists(atPath: folder.file("state/dead-man").string)
        #expect(isMarked == (situation.restarts && situation.hasState))
        let isStopped = FileManager.default.fileExists(atPath: stopped.string)
        #expect(isStopped == (situation.trial == nil && situation.hasState))
    }
}
