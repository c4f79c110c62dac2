import Documents
package import Platform
import Transfers
import Vocabulary

/// Whoever is at the other end of a line: what is typed there, what is shown there, and the session that is open for them.
///
/// Says nothing until Enter is pressed, because the line may be somebody else's too; then begins a session with the
/// agent, and is silent again when that is over.
package actor ConsoleSession {
    let desk: any ServiceDesk
    let settings: ConsoleSettings
    let line: any ByteLine
    let reader: LineReader
    let writer: LineWriter

    var terminal = TerminalKind.dumb
    /// Set by the command `terminal`, and then not asked for again.
    var isTerminalChosen = false
    var parser = KeyParser()
    var detector = MachineModeDetector()
    var keys: [Key] = []
    var editor = LineEditor()
    var drawing = LineDrawing()
    /// What stands before the line being typed; nil while none is.
    var openPrompt: String?
    /// Lines shown since a person last did something.
    var linesOnPage = 0
    var lastKey = ContinuousClock.now
    /// When the first key of the line being typed came.
    var lineStart = ContinuousClock.now
    var hasWarnedOfIdleness = false

    /// The answer of `Begin`; null while there is no session.
    var device = JSON.null
    /// The answer of `login`; nil while nobody is logged in.
    var login: JSON?
    var challenge: ShownChallenge?
    /// What is drawn while an update is watched.
    var progress: ProgressDrawing?
    var knownTests: [ConsoleCommand.Word] = []
    var knownHolds: [ConsoleCommand.Word] = []

    package init(on line: any ByteLine, at desk: any ServiceDesk, _ settings: ConsoleSettings) {
        self.line = line
        self.desk = desk
        self.settings = settings
        reader = LineReader(line)
        writer = LineWriter(line)
    }

    /// The line's rate, where anybody knows it.
    var baud: Int? { settings.baud ?? device["serial"]?.integer.map { Int(clamping: $0) } }

    var session: String { device["session"]?.string ?? "" }

    /// How the device is called here.
    var deviceName: String { device["device"]?.string ?? "the device" }

    /// Serves the line until it hangs up; gives what was said of that.
    package func run() async -> String {
        while true {
            do throws(CommandEnd) {
                try await waitForEnter()
                try await visit()
            } catch {
                if case .closed(.lineLost(let reason)) = error { return reason }
            }
        }
    }

    /// One session, from its beginning at the agent to its end; throws only what ends the console.
    private func visit() async throws(CommandEnd) {
        keys = []
        lastKey = .now
        linesOnPage = 0
        do throws(FaultReport) {
            device = try await desk.begin(port: settings.port)
        } catch {
            return try await complain(error)
        }
        do throws(CommandEnd) {
            try await findTerminal()
            try await welcome()
            try await takeCommands()
        } catch {
            await end(error)
            if case .closed(.lineLost) = error { throw error }
            try await sayWhyItEnded(error)
        }
    }

    /// Tells the agent, unless the person has logged out there.
    private func end(_ reason: CommandEnd) async {
        let words: String? =
            switch reason {
            case .closed(.loggedOut): nil
            case .closed(.left): "left"
            case .closed(.idle): "idle"
            case .closed(.lineLost(let text)): "line lost: \(text)"
            case .stopped: "stopped"
            case .fault(let fault): fault.description
            }
        if let words { await desk.end(session, reason: words) }
        (device, login, challenge) = (.null, nil, nil)
        (knownTests, knownHolds, openPrompt) = ([], [], nil)
        editor = LineEditor()
    }

    private func sayWhyItEnded(_ reason: CommandEnd) async throws(CommandEnd) {
        linesOnPage = 0
        switch reason {
        case .closed(.idle): try await say("", "Logged off: nothing was typed for too long.")
        case .closed(.loggedOut), .closed(.left): try await say("Logged out.")
        case .fault(let fault): try await complain(fault)
        case .stopped, .closed(.lineLost): break
        }
        try await say("Press Enter to begin a new session.", "")
    }

    private func takeCommands() async throws(CommandEnd) {
        var errors = 0
        while true {
            let (text, wasPasted) = try await commandLine()
            do throws(CommandEnd) {
                try await carryOut(text)
                errors = 0
            } catch {
                switch error {
                case .closed: throw error
                case .stopped: errors = 0
                case .fault(let fault):
                    try await complain(fault)
                    errors = fault.kind == .usage && wasPasted ? errors + 1 : 0
                }
            }
            // A script that was pasted: what else is in it was not meant for us either.
            if errors == 3 {
                errors = 0
                try await discardPaste()
            }
        }
    }

    private func carryOut(_ text: String) async throws(CommandEnd) {
        let read: (command: ConsoleCommand, arguments: [String])?
        do throws(ConsoleError) {
            read = try Self.language.read(text) { knownIDs(of: $0) }
        } catch {
            throw CommandEnd(error)
        }
        guard let read else { return }
        try await read.command.run(self, read.arguments)
    }
}
