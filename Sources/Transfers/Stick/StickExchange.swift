import Documents
package import Platform
package import SystemPackage
import Vocabulary

/// What the agent asks of the process that looks into a stick, and the other half: one question, one answer, and an open file with it.
///
/// How it works: the agent listens at a socket that only root and itself can call, starts the reader, and sends its question to
/// whoever calls. The reader mounts the stick for itself alone, answers, and ends; the file that it hands over stays readable, because
/// the file system lives as long as its last open file. Neither the agent nor the console ever mounts anything.
package enum StickExchange {
    package enum Question: Sendable, Equatable {
        case list(product: String)
        case open(path: String)
    }

    package struct Answer: Sendable {
        package let entries: [Stick.Entry]
        package let isAll: Bool
        package let file: OpenFile?
    }

    // The reader's half

    /// Takes a question at `socket`, answers it from the stick, and ends.
    ///
    /// An instance is a device's name, and after a `-` whatever keeps one question's reader apart from the next one's.
    package static func serve(
        _ instance: String, at socket: FilePath, root: FilePath = "/", limits: StickLimits = StickLimits()
    ) throws(StorageError) {
        let socket = try LocalSocket.connect(socket)
        guard let message = try socket.receive(within: .seconds(10)), let question = Question(message.bytes) else {
            return
        }
        let device = String(instance.prefix { $0 != "-" })
        do throws(StickError) {
            let stick = try Stick(device, root: root, limits: limits)
            switch question {
            case .list(let product):
                let (entries, isAll) = try stick.entries(for: product)
                let json: JSON = ["entries": .array(entries.map(\.json)), "all": .bool(isAll)]
                try? socket.send(json.canonicalBytes)
            case .open(let path):
                let file = try stick.open(path)
                try? socket.send(JSON.object([:]).canonicalBytes, with: file)
            }
        } catch {
            let fault: JSON = [
                "code": .number(error.code.rawValue), "kind": .string(error.kind.rawValue),
                "reason": .string(error.description), "advice": .string(error.advice),
            ]
            try? socket.send(JSON.object(["fault": fault]).canonicalBytes)
        }
    }

    // The agent's half

    /// Has `start` start the reader, and gives its answer; the socket's name is gone afterwards.
    ///
    /// `start` may return at once or when the reader has ended; what it throws ends the waiting.
    package static func ask(
        _ question: Question, of device: String, at path: FilePath, within time: Duration = .seconds(30),
        limits: StickLimits = StickLimits(), start: @escaping @Sendable () async throws -> Void
    ) async throws -> Answer {
        let storage = Storage()
        let listener: LocalSocket
        do { listener = try LocalSocket.listen(path) } catch {
            throw StickError.noReader(device: device, reason: error.description)
        }
        defer { try? storage.remove(path) }
        let stop = Cancellation()
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                try await start()
                return nil
            }
            group.addTask {
                try await withTaskCancellationHandler {
                    try await BlockingThread.run("stick") { () throws in
                        try wait(for: question, device, listener, time, limits, stop)
                    }
                } onCancel: {
                    stop.cancel()
                }
            }
            defer { group.cancelAll() }
            // A start that failed ends the waiting; one that went well says nothing yet.
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw StickError.nonsense(device: device)
        }
    }

    private static func wait(
        for question: Question, _ device: String, _ listener: LocalSocket, _ time: Duration, _ limits: StickLimits,
        _ stop: Cancellation
    ) throws -> Answer {
        let tooSlow = StickError.tooSlow(device: device, seconds: Int(time.components.seconds))
        let start = ContinuousClock.now
        do {
            guard let socket = try listener.accept(within: time, stop) else { throw tooSlow }
            try socket.send(question.bytes)
            guard let answer = try socket.receive(within: time - (ContinuousClock.now - start), stop) else {
                throw tooSlow
            }
            return try read(answer.bytes, answer.file, for: question, device, limits)
        } catch let error as StorageError {
            throw StickError.noReader(device: device, reason: error.description)
        }
    }

    private static func read(
        _ bytes: [UInt8], _ file: OpenFile?, for question: Question, _ device: String, _ limits: StickLimits
    ) throws -> Answer {
        guard !bytes.isEmpty, let json = try? JSONReader.read(bytes, limit: LocalSocket.limit) else {
            throw StickError.nonsense(device: device)
        }
        if let fault = json["fault"] { throw try report(fault, device) }
        switch question {
        case .list:
            guard let list = json["entries"]?.array, list.count <= 64, case .bool(let isAll) = json["all"] else {
                throw StickError.nonsense(device: device)
            }
            return Answer(entries: try list.map { try entry($0, device) }, isAll: isAll, file: nil)
        case .open(let path):
            // The reader had to do with a stranger's file system: what it says is not believed without a look.
            guard let file, file.isRegular, let size = try? file.size() else {
                throw StickError.nonsense(device: device)
            }
            guard size <= limits.bytes else {
                throw StickError.unfit(path, reason: "it has \(ByteCount(size)), above \(ByteCount(limits.bytes))")
            }
            return Answer(entries: [], isAll: true, file: file)
        }
    }

    private static func entry(_ json: JSON, _ device: String) throws -> Stick.Entry {
        guard let path = json["path"]?.string, path.split(separator: "/").allSatisfy({ Stick.isName(String($0)) }),
            let bytes = json["bytes"]?.integer.flatMap({ UInt64(exactly: $0) })
        else { throw StickError.nonsense(device: device) }
        return Stick.Entry(path: path, bytes: bytes, refusal: json["refusal"]?.string?.printable(limit: 256))
    }

    private static func report(_ json: JSON, _ device: String) throws -> FaultReport {
        guard let code = json["code"]?.integer, (1000...9999).contains(code),
            let kind = json["kind"]?.string.flatMap({ FaultKind(rawValue: $0) }), let reason = json["reason"]?.string,
            let advice = json["advice"]?.string
        else { throw StickError.nonsense(device: device) }
        return FaultReport(
            code: FaultCode(Int(code)), kind: kind, reason: reason.printable(limit: 512),
            advice: advice.printable(limit: 256))
    }
}

extension StickExchange.Question {
    var bytes: [UInt8] {
        switch self {
        case .list(let product): JSON.object(["list": .string(product)]).canonicalBytes
        case .open(let path): JSON.object(["open": .string(path)]).canonicalBytes
        }
    }

    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONReader.read(bytes, limit: 4096) else { return nil }
        if let product = json["list"]?.string {
            self = .list(product: product)
        } else if let path = json["open"]?.string {
            self = .open(path: path)
        } else {
            return nil
        }
    }
}
