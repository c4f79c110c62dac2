import ArgumentParser
import Commands
import Documents
import Platform
import SystemPackage
import Transfers
import Vocabulary

struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a bundle to a device over its service port.",
        discussion: """
            Without --port the line is standard input and output, as for sz: have the console wait by 'update line', then let \
            the terminal program start this, such as with picocom's --send-cmd "aftercare-fleet send". With --port, a console that \
            waits gets the file, and else the whole visit is made: log in by a grant, update, log off. What the device has \
            already is not sent; started again, it goes on.
            """)

    @Argument(help: "The bundle.", completion: .file(extensions: ["aftercare"]))
    var file: String
    @OptionGroup var port: PortOptions
    @OptionGroup var grant: GrantOptions
    @Flag(name: .long, help: "Restart the device into the release when it is installed, as its policy allows.")
    var activate = false
    @Flag(name: .shortAndLong, help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard port.port != nil || (grant.maker == nil && !activate) else {
            throw ValidationError("a grant and --activate need --port: without it a person is logged in at the console")
        }
    }

    func run() async throws {
        let file = try SentFile(FilePath(file), in: Storage())
        let cancellation = Cancellation()
        let interruption = Interruption { cancellation.cancel() }
        defer { interruption.end() }
        let answer =
            if let path = port.port {
                try await visit(path, file, cancellation)
            } else {
                try await send(file, cancellation)
            }
        // Standard output may be the line, where a person's terminal is.
        let text = answer["summary"]?.string ?? answer.prettyText
        Terminal.write(text + "\n", to: port.port == nil ? .messages : .output)
    }

    private func send(_ file: SentFile, _ cancellation: Cancellation) async throws(FaultReport) -> JSON {
        let isQuiet = quiet
        let result = await BlockingThread.run("send") {
            Result { () throws(FaultReport) in
                let line: TerminalLine
                do throws(SerialError) { line = try TerminalLine() } catch { throw FaultReport(error) }
                var progress = SendProgress(isQuiet: isQuiet, total: file.size)
                defer { progress.end() }
                var sending = FileSending(file, over: line, cancellation: cancellation)
                return try sending.run {
                    progress.show($0, at: $1)
                } told: {
                    progress.show($0)
                }
            }
        }
        return try result.get()
    }

    private func visit(
        _ path: String, _ file: SentFile, _ cancellation: Cancellation
    ) async throws(FaultReport) -> JSON {
        let (settings, isQuiet, activate) = (port.settings, quiet, activate)
        let makeGrant = grant.maker
        let result = await BlockingThread.run("visit") {
            Result { () throws(FaultReport) in
                let line = try SerialPort.opened(FilePath(path), settings)
                var progress = SendProgress(isQuiet: isQuiet, total: file.size)
                defer { progress.end() }
                // A console that waits says so when it is asked.
                if try FileSending.isAwaited(over: line, within: .milliseconds(1500)) {
                    var sending = FileSending(file, over: line, cancellation: cancellation)
                    return try sending.run(sent: { progress.show($0, at: $1) }, told: { progress.show($0) })
                }
                let client = try LineClient.connected(line, settings, cancellation)
                defer { client.close() }
                client.handlers.sent = { progress.show($0, at: $1) }
                client.handlers.event = { progress.show($0) }
                return try ToolVisit(makeGrant: makeGrant).update(file, activate: activate, over: client)
            }
        }
        return try result.get()
    }
}

struct ServiceRequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Ask a device one thing over its service port.",
        discussion: """
            REQUEST is JSON with its 'command', such as '{"command":"status"}'. What needs a grant is asked for after a login \
            with --grant.
            """)

    @Argument(help: "The request.")
    var request: String
    @OptionGroup var port: PortOptions
    @OptionGroup var grant: GrantOptions
    @Option(name: .shortAndLong, help: "Where what is exported goes.", completion: .file())
    var output: String?

    func validate() throws {
        guard port.port != nil else { throw ValidationError("--port is missing") }
    }

    func run() async throws {
        let request = try JSONReader.read(Array(request.utf8), limit: LineServer.requestLimit)
        guard output != nil || request["command"] != "export" else { throw ValidationError("--output is missing") }
        let export = try output.map { try ExportFile(FilePath($0)) }
        let (path, settings) = (FilePath(port.port ?? ""), port.settings)
        let makeGrant = grant.maker
        let cancellation = Cancellation()
        let interruption = Interruption { cancellation.cancel() }
        defer { interruption.end() }
        let answer = try await BlockingThread.run("visit") {
            Result { () throws(FaultReport) in
                let line = try SerialPort.opened(path, settings)
                let client = try LineClient.connected(line, settings, cancellation)
                defer { client.close() }
                client.handlers.export = { (bytes) throws(FaultReport) in try export?.append(bytes) }
                return try ToolVisit(makeGrant: makeGrant).ask(request, over: client)
            }
        }.get()
        try export?.check(answer)
        Terminal.say(answer.prettyText)
    }
}

/// How a visit logs in.
struct GrantOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The text of a grant in a file, or '-' to be shown the challenge and type the grant in.")
    var grant: String?
    @Option(
        name: .long, help: "Your certificate for service, to answer the challenge at once.",
        completion: .file(extensions: ["pem"]))
    var certificate: String?
    @Option(name: .long, help: "Your key: a PEM file or a pkcs11: address.")
    var key: String?

    func validate() throws {
        guard (certificate == nil) == (key == nil) else { throw ValidationError("--certificate and --key go together") }
        guard grant == nil || key == nil else { throw ValidationError("--grant and --key exclude each other") }
    }

    /// Nil where nobody logs in.
    var maker: ToolVisit.MakeGrant? {
        if let certificate, let key { return GrantMaker.signing(certificate: certificate, key: key) }
        return grant.map { GrantMaker.text(in: $0) }
    }
}

/// The serial port of a service laptop that leads to a device.
struct PortOptions: ParsableArguments {
    @Option(name: .long, help: "The serial port that leads to the device, such as /dev/ttyUSB0.", completion: .file())
    var port: String?
    @Option(name: .long, help: "The speed of the device's service port.")
    var baud: Int = 115_200

    var settings: SerialSettings { SerialSettings(baud: baud) }

    func validate() throws {
        guard SerialSettings.bauds.contains(baud) else { throw ValidationError("--baud \(baud) is no speed") }
    }
}

extension SerialPort {
    fileprivate static func opened(_ path: FilePath, _ settings: SerialSettings) throws(FaultReport) -> SerialPort {
        do throws(SerialError) { return try SerialPort(path, settings) } catch { throw FaultReport(error) }
    }
}

extension LineClient {
    /// Begins a conversation on a port.
    fileprivate static func connected(
        _ port: SerialPort, _ settings: SerialSettings, _ cancellation: Cancellation
    ) throws(FaultReport) -> LineClient {
        let client = LineClient(port, settings: Settings(baud: settings.baud), cancellation: cancellation)
        do throws(TransferError) { try client.connect() } catch {
            client.close()
            throw FaultReport(error)
        }
        return client
    }
}
