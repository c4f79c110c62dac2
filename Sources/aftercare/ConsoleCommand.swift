import Agent
import ArgumentParser
import Commands
import Console
import Documents
import Glibc
import Platform
import SystemPackage
import Vocabulary

struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Serve a technician's terminal on a serial line.",
        discussion: """
            Speaks on standard input and output, as aftercare-console@.service starts it on a port, or opens a port itself. \
            Says nothing until Enter is pressed. Who may do what is decided by the daemon.

            Ends with status 0 when the line hangs up, so that whoever started it can start it anew.
            """)

    @Option(name: .long, help: "The port to open, instead of standard input and output.", completion: .file())
    var port: String?

    @Option(
        name: .long, help: "The line's rate; without it what the board's profile says, else 115200."
    )
    var baud: Int?

    @Option(name: .customLong("as"), help: "The name by which the daemon knows the port.")
    var name: String?

    func validate() throws {
        if let baud, !SerialSettings.bauds.contains(baud) { throw ValidationError("No line has \(baud) baud.") }
    }

    func run() async throws {
        let desk = BusDesk()
        let path = port ?? Self.terminal ?? "standard input"
        let name = name ?? FilePath(path).lastComponent?.string ?? path
        let rate = await rate(at: desk, name)
        let line: any ByteLine
        if let port {
            line = try SerialPort(FilePath(port), SerialSettings(baud: rate ?? SerialSettings().baud))
        } else {
            // Set, also where no rate is known: a terminal's own settings may take XON and XOFF out of a frame.
            let isTerminal = isatty(STDIN_FILENO) == 1
            line = try TerminalLine(settings: isTerminal ? SerialSettings(baud: rate ?? SerialSettings().baud) : nil)
        }
        var settings = ConsoleSettings(port: name, baud: rate)
        // What CacheDirectory= of the unit says (systemd.exec(5)).
        settings.spool = Environment.value("CACHE_DIRECTORY").map { FilePath($0) }
        let session = ConsoleSession(on: line, at: desk, settings)
        // The agent hears that nobody is there any more, and the service manager that this was no failure.
        let interruption = Interruption { line.cancel() }
        defer { interruption.end() }
        _ = await session.run()
    }

    /// What was given, else what the board's profile says; nil where nobody knows.
    private func rate(at desk: BusDesk, _ name: String) async -> Int? {
        if let baud { return baud }
        guard let beginning = try? await desk.begin(port: name) else { return nil }
        await desk.end(beginning["session"]?.string ?? "", reason: "the port is being set")
        return beginning["serial"]?.integer.map { Int(clamping: $0) }
    }

    private static var terminal: String? {
        guard let name = ttyname(STDIN_FILENO) else { return nil }
        return String(cString: name)
    }
}
