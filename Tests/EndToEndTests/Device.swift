import Documents
import Foundation
import Ledger
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// A virtual device, driven from outside by the two programs as people drive it.
final class Device: Sendable {
    let product: VirtualProduct
    private let home: TemporaryFolder
    private let machine = Mutex<Process?>(nil)
    /// What machine and agent print, over all boots.
    let lines = LineLog()

    /// Makes a device whose slot set A holds 1.0.0; it is off.
    ///
    /// With a folder of its own for `trust` it has a service port, where a service table is there.
    init(
        loader: String = "grub", soak: Int = 0, heartbeat: String? = nil, trust: FilePath? = nil,
        image: FilePath? = nil
    ) async throws {
        product = try await BlockingThread.run("product") { try VirtualProduct.shared.get() }
        home = try TemporaryFolder()
        let made = try await fleet(
            [
                "device", "new", folder, "--image", "rootfs=\(image ?? product.image("1.0.0"))", "--trust",
                (trust ?? product.trust).string,
                "--product", "infusion-pump", "--hardware", "rev-c", "--loader", loader, "--soak", "\(soak)",
                "--service-baud", "0",
            ] + (heartbeat.map { ["--heartbeat", $0] } ?? []))
        try #require(made.status == 0, "\(made.error)")
    }

    var folder: String { home.file("d").string }

    func path(_ name: String) -> FilePath { home.file("d").pushing(FilePath(name)) }

    /// Makes a device, switches it on, and cuts its power at the end however that comes.
    static func on<Value>(
        loader: String = "grub", soak: Int = 0, heartbeat: String? = nil, trust: FilePath? = nil,
        _ body: (Device) async throws -> Value
    ) async throws -> Value {
        let device = try await Device(loader: loader, soak: soak, heartbeat: heartbeat, trust: trust)
        do {
            try await device.boot()
            let value = try await body(device)
            try await device.cut()
            return value
        } catch {
            try? await device.cut()
            throw error
        }
    }

    /// Changes the lines of its configuration, which the agent reads when it is started; nil takes one out.
    func configure(_ change: (String) -> String?) throws {
        let file = path("etc/aftercare.toml")
        let text = String(decoding: try Storage().read(file, limit: 1 << 20), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { change(String($0)) }
        try Storage().replace(file, with: Array(lines.joined(separator: "\n").utf8), mode: 0o644)
    }

    /// Switches it on and waits until its agent is ready; `options` are those of `device boot`.
    func boot(_ options: [String] = []) async throws {
        let start = lines.count
        try await BlockingThread.run("boot") { [self] in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: try Programs.path("aftercare-fleet"))
            process.arguments = ["device", "boot", folder] + options
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            process.standardInput = FileHandle.nullDevice
            try process.run()
            machine.withLock { $0 = process }
            BlockingThread.start("device log") { [lines] in
                while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
                    lines.append(String(decoding: data, as: UTF8.self))
                }
                lines.append("\nthe machine is off\n")
            }
        }
        _ = try await lines.wait(from: start, for: "agent: ready")
    }

    /// Cuts its power; one that is off already stays so.
    func cut() async throws {
        _ = try await fleet(["device", "cut", folder])
        try await ended()
    }

    /// Waits until the machine's process has ended.
    func ended() async throws {
        let process = machine.withLock { machine in
            defer { machine = nil }
            return machine
        }
        guard let process else { return }
        await BlockingThread.run("wait") { [pid = process.processIdentifier] in
            // Foundation reaps it; its folder in /proc goes with that.
            while FileManager.default.fileExists(atPath: "/proc/\(pid)/exe") { sched_yield() }
        }
    }

    /// Kills the agent with SIGKILL and waits until it is started again, by its service manager or by a new boot.
    ///
    /// Gives false where no agent runs, because the machine is restarting just now.
    @discardableResult
    func killAgent() async throws -> Bool {
        let start = lines.count
        guard let agent = agentProcess(), kill(agent, SIGKILL) == 0 else { return false }
        _ = try await lines.wait(from: start, for: "the agent again") { line in
            line.contains("is started again") || line.contains("agent: ready")
        }
        return true
    }

    /// The process of the agent: the child of the machine that runs `aftercare daemon`.
    func agentProcess() -> Int32? { childProcess { $0.hasSuffix("aftercare\0daemon\0") } }

    /// The child of the machine whose command line, with a NUL after each word, is the wanted one.
    func childProcess(_ isWanted: (String) -> Bool) -> Int32? {
        guard let machine = machine.withLock({ $0?.processIdentifier }) else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.lazy.compactMap { Int32($0) }.first { process in
            // "PID (name) state PPID ...": the name may hold anything, also ')'.
            let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            let parent = status?.split(separator: ")").last?.split(separator: " ").dropFirst().first
            guard parent.flatMap({ Int32($0) }) == machine else { return false }
            let command = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            return command.map(isWanted) == true
        }
    }
}

extension Device {
    /// Runs `aftercare` against this device.
    @discardableResult
    func aftercare(_ arguments: [String], input: [UInt8] = []) async throws -> Tool.Result {
        let environment = [
            "AFTERCARE_CONFIG": path("etc/aftercare.toml").string,
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=\(path("machine/bus"))",
        ]
        return try await BlockingThread.run("aftercare") {
            // A command that hangs is a failure with a status of its own, 124, and not a test that never ends.
            try Tool.run(
                ["timeout", "--kill-after=5", "120", try Programs.path("aftercare")] + arguments, input: input,
                environment: environment)
        }
    }

    @discardableResult
    func fleet(_ arguments: [String]) async throws -> Tool.Result {
        try await BlockingThread.run("fleet") { try Tool.run([try Programs.path("aftercare-fleet")] + arguments) }
    }

    /// The JSON that a command prints.
    func json(_ arguments: [String]) async throws -> JSON {
        let result = try await aftercare(arguments + ["--json"])
        return try JSONReader.read(result.output, limit: 16 << 20)
    }

    /// Plays a script on the device's board, in its own time, to its end.
    func drift(_ script: String, seconds: Int) async throws {
        let file = home.file("drift")
        try Storage().replace(file, with: Array(script.utf8))
        let made = try await fleet([
            "device", "board", "--profile", path("machine/root/usr/lib/aftercare/board.toml").string, "--root",
            path("machine/board").string, "--script", file.string, "--every", "0.1", "--duration", "\(seconds)",
        ])
        #expect(made.status == 0, "\(made.error)")
    }

    /// Asks again until the answer is as it should be; the test's time limit ends what never is.
    @discardableResult
    func json(_ arguments: [String], until isEnough: (JSON) -> Bool) async throws -> JSON {
        while true {
            let result = try await aftercare(arguments + ["--json"])
            if let answer = try? JSONReader.read(result.output, limit: 16 << 20), isEnough(answer) { return answer }
        }
    }

    func status() async throws -> JSON { try await json(["status"]) }

    /// The state that a line of the agent speaks of: one that it enters, or finds when it is started.
    static func state(in line: String) -> String? {
        for words in [
            "the update is ", "the agent has started slotSet=A state=", "the agent has started slotSet=B state=",
        ] {
            if let range = line.range(of: words) {
                return line[range.upperBound...].split(separator: " ").first.map(String.init)
            }
        }
        return nil
    }

    /// Waits for the line with which the agent enters a state, or finds itself in it when it is started.
    func enters(_ state: String, from start: Int) async throws -> Int {
        try await lines.wait(from: start, for: state) { Self.state(in: $0) == state }
    }

    /// Whether it has entered a state since line `start`.
    func hasEntered(_ state: String, since start: Int) -> Bool {
        lines.lines(from: start).contains { Self.state(in: $0) == state }
    }

    /// Waits for the end of an update that was offered after line `start`, on whichever boot that is; gives the status then.
    func conclusion(from start: Int) async throws -> JSON {
        var next = start
        while true {
            let end = try await enters("idle", from: next)
            // It may be said before the agent of that boot serves anybody.
            let boot = lines.lines(from: 0)[...end].lastIndex { $0.hasPrefix("kernel: ") } ?? 0
            _ = try await lines.wait(from: boot, for: "agent: ready")
            let result = try await whenServed { try await aftercare(["status", "--json"]) }
            let status = try JSONReader.read(result.output, limit: 1 << 20)
            if status["state"] == "idle", status["last"] != nil { return status }
            next = end + 1
        }
    }

    /// The types of the ledger's entries from `number` on, without the agent's own starts and stops.
    func entries(from number: Int = 0) throws -> [String] {
        let ledger = LedgerFolder(path("state/ledger"), storage: Storage())
        return try ledger.entries(from: 1, limit: 100_000).map(\.type).filter { !$0.hasPrefix("agent.") }
            .dropFirst(number).map(\.self)
    }

    /// The codes by which service requests were refused, as the ledger has them.
    func refusals() throws -> [String] {
        let ledger = LedgerFolder(path("state/ledger"), storage: Storage())
        return try ledger.entries(from: 1, limit: 100_000).filter { $0.event == .serviceRefused }
            .compactMap { $0.body["fault"]?["code"]?.string }
    }

    /// What both slots hold.
    func slots() throws -> [[UInt8]] {
        try ["a", "b"].map {
            SHA256.digest(of: try Storage().read(path("disk/rootfs-\($0).img"), limit: 1 << 30)).bytes
        }
    }
}

extension Device {
    /// Repeats a command until the agent, which was just started again, answers it.
    @discardableResult
    func whenServed(_ command: () async throws -> Tool.Result) async throws -> Tool.Result {
        while true {
            let result = try await command()
            guard result.status == 5 else {
                #expect(result.status == 0, "\(result.error)")
                return result
            }
        }
    }
}
