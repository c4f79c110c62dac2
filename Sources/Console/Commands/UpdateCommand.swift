import Documents
import Platform
import Servicing
import Transfers
import Vocabulary

extension ConsoleCommand {
    static let update = ConsoleCommand(
        name: "update", summary: "put a release into the other slot set",
        details: [
            "From a stick, a share or an address the device first says what it thinks of the release, and you decide. "
                + "Over this line: start 'aftercare-fleet send FILE' on your computer when you are told to. What came "
                + "before an interruption is not sent again.",
            "Ctrl-C ends the watching, never the update; 'cancel' does that. The running release stays as it is.",
        ],
        parameters: [
            Parameter(
                name: "SOURCE", about: "an address, or a path below a share",
                choices: .wordsOrFree([
                    Word("line", "over this line, by aftercare-fleet send"),
                    Word("zmodem", "over this line, by any terminal program"),
                    Word("stick", "a stick in the device's port"),
                ])),
            Parameter(name: "NAME", about: "which release on the stick", isOptional: true),
        ]
    ) { session, arguments throws(CommandEnd) in
        if arguments[0] == "line" { return try await session.updateFromLine() }
        if arguments[0] == "zmodem" { return try await session.updateByZMODEM() }
        try await session.update(from: arguments[0], name: arguments.count > 1 ? arguments[1] : nil)
    }

    static let stick = ConsoleCommand(name: "stick", summary: "the releases on a stick in the device's port") {
        session, _ throws(CommandEnd) in
        _ = try await session.releasesOnStick()
    }
}

extension ConsoleSession {
    private static let largestRelease: UInt64 = 64 << 30

    /// Shows the releases on the stick, numbered.
    fileprivate func releasesOnStick() async throws(CommandEnd) -> [String] {
        let releases = try await ask(.stick)["releases"]?.array ?? []
        guard !releases.isEmpty else {
            try await say("There is no release on the stick.")
            throw .stopped
        }
        let rows = releases.enumerated().map { number, release in
            let size = ByteCount(UInt64(clamping: release["bytes"]?.integer ?? 0))
            return ["\(number + 1)", release["path"]?.string ?? "", "\(size)"]
        }
        try await say(text: TextLayout.table([["NUMBER", "RELEASE", "SIZE"]] + rows, width: TerminalKind.columns))
        return releases.map { $0["path"]?.string ?? "" }
    }

    fileprivate func update(from source: String, name: String?) async throws(CommandEnd) {
        var request: [String: JSON] = ["source": .string(source)]
        if source == "stick" { request["name"] = .string(try await chosen(name)) }
        request["check"] = true
        try await say("The device looks at the release.")
        try await show(check: try await ask(.update, request))
        request["check"] = nil
        request["activate"] = .bool(try await consent())
        let changes = await desk.changes()
        let answer = try await ask(.update, request)
        try await watch(answer, from: changes)
    }

    /// The file is there as a whole before the device looks at it.
    fileprivate func updateByZMODEM() async throws(CommandEnd) {
        guard let spool = settings.spool else {
            let reason = "this console was started without a place for files"
            throw CommandEnd(ConsoleError.noTransfer("a release", reason: reason))
        }
        try await say("Start the upload of your terminal program now: ZMODEM, as sz FILE does.")
        let storage = Storage()
        let receiver = ZMODEMReceiver(spool: spool, storage: storage)
        let early = await reader.rest()
        let file: OpenFile
        do {
            let path = try await receiver.receive(over: line, limit: Self.largestRelease)
            file = try storage.open(path, .read)
        } catch let error as TransferError {
            reader.putBack(early)
            throw CommandEnd(error)
        } catch {
            throw CommandEnd(ConsoleError.noTransfer("a release", reason: "\(error)"))
        }
        lastKey = .now
        var request: [String: JSON] = ["source": "zmodem", "check": true]
        try await say("", "The device looks at the release.")
        try await show(check: try await ask(.update, request, stream: file))
        request["check"] = nil
        request["activate"] = .bool(try await consent())
        let changes = await desk.changes()
        let answer = try await ask(.update, request, stream: file)
        try await watch(answer, from: changes)
        do { try receiver.clear() } catch { throw CommandEnd(error) }
    }

    private func chosen(_ name: String?) async throws(CommandEnd) -> String {
        if let name { return name }
        let releases = try await releasesOnStick()
        guard releases.count > 1 else { return releases[0] }
        let typed = try await answer("Number of the release: ")
        guard let number = Int(typed), releases.indices.contains(number - 1) else {
            throw CommandEnd(ConsoleError.notAChoice(typed, of: "number of a release", among: []))
        }
        return releases[number - 1]
    }

    /// Gates, version and notes; a release that a gate refuses goes no further.
    private func show(check: JSON) async throws(CommandEnd) {
        if let version = check["version"]?.string {
            try await say("Release \(version), the device runs \(device["version"]?.string ?? "")")
        }
        try await say(text: CheckText.gates(check, width: TerminalKind.columns))
        try await say(text: CheckText.notes(check, width: TerminalKind.columns))
        if let fault = check["fault"] { throw .fault(InstallationWatch.report(fault)) }
    }

    /// Whether the device restarts by itself afterwards; throws where the person does not want the update.
    private func consent() async throws(CommandEnd) -> Bool {
        try await confirm("the update", "The release is written into the slot set that does not run, and read back.")
        return try await askYesNo("Restart into it by itself, as soon as nothing speaks against it?")
    }

    private func watch(_ answer: JSON, from changes: AsyncStream<JSON>) async throws(CommandEnd) {
        let watch = InstallationWatch(answer)
        let status = try await follow(from: changes) { watch.isOver($0) }
        if let fault = watch.fault(status) { throw .fault(fault) }
        try await say(StatusText.line(status))
        switch status["state"]?.string {
        case "installed": try await say("Type activate to restart into it.")
        case "waiting", "activated": try await say("Type wait to watch, or status to see what holds it.")
        default: break
        }
    }

    /// The device reads from whoever sends at the other end of this line, by ranges.
    fileprivate func updateFromLine() async throws(CommandEnd) {
        try await say("The device checks signatures, approvals and gates before it writes anything.")
        let request: JSON = [
            "command": .string(ServiceCommand.update.rawValue), "source": "line",
            "activate": .bool(try await consent()),
        ]
        try await say(
            "", "Leave the terminal program now (picocom: Ctrl-A Ctrl-X) and start on your computer:",
            "  aftercare-fleet send FILE",
            "Waiting. The device calls for it by a few odd characters now and then; Ctrl-C calls it off.")
        let (desk, session) = (desk, session)
        let server = LineServer(line, settings: LineServer.Settings(baud: baud)) { _, _ in [:] }
        let early = await reader.rest()
        let ending = await BlockingThread.run("update by line") {
            Result { () throws(TransferError) in
                try server.receive { stream throws(FaultReport) in
                    try await InstallationWatch.run(request, in: session, stream: stream, at: desk) { server.tell($0) }
                }
            }
        }
        reader.putBack(early)
        lastKey = .now
        switch ending {
        case .success(.success(let answer)): try await say("", answer["summary"]?.string ?? "")
        case .success(.failure(let fault)): throw .fault(fault)
        case .failure(.line(let error)): throw .closed(.lineLost(error.description))
        case .failure(let error): throw CommandEnd(error)
        }
    }
}
