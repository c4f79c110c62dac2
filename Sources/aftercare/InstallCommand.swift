import Agent
import ArgumentParser
import Commands
import Console
import Documents
import Glibc
import Platform
import SystemPackage
import Vocabulary

struct Install: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Install a release from a bundle.",
        discussion: """
            SOURCE is a file, '-' for standard input, or an http or https address. The bundle is checked, written into the \
            slot set that does not run, and read back. The device then restarts into it as soon as no interlock speaks \
            against it, or with --no-activate when 'aftercare activate' is called. Interrupting this command while it \
            writes cancels the installation; the running system is never touched.
            """)

    @Argument(help: "A bundle: a path, '-', or an address.", completion: .file(extensions: ["aftercare"]))
    var source: String
    @Flag(name: .long, inversion: .prefixedNo, help: "Restart into the release when the device is free.")
    var activate = true
    @Flag(name: .long, help: "Only say what each check says; change nothing.")
    var dryRun = false
    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let stream = try BundleStream.open(source)
        let client = try await DaemonClient.connect()
        if dryRun { return try await check(client, stream) }
        let changes = try await client.statusChanges()
        let update = try await start(client, stream)
        let interruption = Interruption { Task { _ = try? await client.call("Cancel") } }
        defer { interruption.end() }
        try await follow(update, changes)
    }

    private func start(_ client: DaemonClient, _ stream: BundleStream?) async throws -> String {
        guard let stream else {
            return try await client.call("Install", [.string(source), .boolean(activate)]).read(0)
        }
        return try await client.call(
            "InstallStream", [.string(stream.name), .descriptor(stream.descriptor), .boolean(activate)]
        ).read(0)
    }

    /// Shows progress until the release is in its slots, or is not to be.
    private func follow(_ update: String, _ changes: AsyncStream<JSON>) async throws {
        var line = ProgressLine(isQuiet: quiet || output.json)
        var installed: JSON?
        for await status in changes
        where (status["offer"]?["id"] ?? status["last"]?["offer"]?["id"] ?? status["last"]?["update"]?["offer"]?["id"])?
            .string == update
        {
            line.show(status["progress"])
            switch status["state"]?.string {
            case "idle":
                line.end()
                return try finish(status)
            // Between the last byte and the restart lies only the question whether the device is in use.
            case "installed" where activate: installed = status
            case "installed", "waiting", "activated", "restarting":
                line.end()
                return output.print(status) { Self.after(status, activates: activate) }
            default: continue
            }
        }
        line.end()
        // A device that goes away now does so to restart.
        if let installed { return output.print(installed) { Self.after(installed, activates: true) } }
        throw AgentError.daemonUnreachable(reason: "it went away during the installation")
    }

    private static func after(_ status: JSON, activates: Bool) -> String {
        let version = status["update"]?["version"]?.string ?? ""
        let target = status["update"]?["target"]?.string ?? ""
        switch status["state"]?.string {
        case "waiting": return "\(version) is installed in \(target); \(StatusText.line(status))\n"
        case "installed" where !activates:
            return "\(version) is installed in \(target); 'aftercare activate' restarts into it\n"
        default: return "\(version) is installed in \(target); the device restarts into it for its trial\n"
        }
    }

    private func finish(_ status: JSON) throws {
        let last = status["last"] ?? .null
        guard let fault = last["fault"].flatMap(FaultReport.init) else {
            output.print(status) { StatusText.conclusion(last) + "\n" }
            if last["outcome"]?.string != "committed" { throw ExitCode(FaultKind.failed.exitStatus) }
            return
        }
        if output.json { Terminal.say(status.prettyText) }
        let kind: FaultKind = last["outcome"]?.string == "refused" ? .refused : fault.kind
        throw FaultReport(code: fault.code, kind: kind, reason: fault.reason, advice: fault.advice)
    }

    private func check(_ client: DaemonClient, _ stream: BundleStream?) async throws {
        guard let stream else { throw ValidationError("--dry-run takes a file or '-', not an address") }
        let result = try await client.json(
            "Check", [.string(stream.name), .descriptor(stream.descriptor)], timeout: nil)
        output.print(result) {
            CheckText.gates(result, width: output.width) + CheckText.notes(result, width: output.width)
        }
        guard let fault = result["fault"].flatMap(FaultReport.init) else { return }
        throw fault
    }
}

/// A bundle that this command opened itself, so that the daemon needs no right to its place.
struct BundleStream {
    let name: String
    let descriptor: BusDescriptor

    /// Nil for an address, which the daemon fetches.
    static func open(_ source: String) throws -> BundleStream? {
        switch UpdateSource(text: source) {
        case .url: return nil
        case .stream, .carried, .slotSet:
            return BundleStream(name: "-", descriptor: BusDescriptor(owning: dup(STDIN_FILENO)))
        case .file(let path):
            let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
            guard number >= 0 else {
                throw AgentError.sourceUnreadable(path, reason: "\(Errno(rawValue: errno))")
            }
            return BundleStream(
                name: FileIdentity.resolve(FilePath(path)).string, descriptor: BusDescriptor(owning: number))
        }
    }
}
