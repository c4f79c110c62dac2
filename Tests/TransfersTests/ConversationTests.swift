import Documents
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfers
import Vocabulary

@Suite("A conversation in machine mode")
struct ConversationTests {
    private static let refusal = FaultReport(
        code: FaultCode(3405), kind: .refused, reason: "this is not for you", advice: "Ask for a grant.")

    /// A device that answers on a cable: `long` with much, `refuse` with a refusal, `count` with how often it was asked.
    private func device(on cable: PacedCable, asked: Counter) throws -> Console {
        try Console(cable) { request, _ throws(FaultReport) in
            asked.add()
            switch request["command"]?.string {
            case "long": return ["text": .string(String(repeating: "ä\u{0}x", count: 50_000))]
            case "refuse": throw Self.refusal
            default: return ["echo": request, "asked": .number(asked.value)]
            }
        }
    }

    private func client(on cable: PacedCable) throws -> LineClient { LineClient(try SerialPort(cable.tool)) }

    @Test("Requests are answered, faults come as they are, and afterwards a person is listened to again")
    func answers() async throws {
        let cable = try PacedCable()
        let asked = Counter()
        let device = try device(on: cable, asked: asked)
        try await BlockingThread.run("tool") {
            Result {
                let client = try self.client(on: cable)
                try client.connect()
                let answer = try client.perform([
                    "command": "status", "long": .string(String(repeating: "p", count: 60_000)),
                ])
                #expect(answer["asked"] == 1)
                let long = try client.perform(["command": "long"])
                #expect(long["text"]?.string?.utf8.count == 200_000)
                let fault = #expect(throws: FaultReport.self) { try client.perform(["command": "refuse"]) }
                #expect(fault == Self.refusal)
                client.close()
            }
        }.get()
        #expect(try await device.ending() == .bye("done"))
        #expect(asked.value == 3)
    }

    @Test("With one byte in a hundred damaged every request is carried out once and answered rightly")
    func noise() async throws {
        let cable = try PacedCable(baud: 921_600, noise: .init(flipped: 7, lost: 3), seed: 1)
        let asked = Counter()
        let device = try device(on: cable, asked: asked)
        try await BlockingThread.run("tool") {
            Result {
                let client = try self.client(on: cable)
                try client.connect()
                for number in 1...2 {
                    let request: JSON = [
                        "command": "status", "text": .string(String(repeating: "\(number)", count: 400)),
                    ]
                    let answer = try client.perform(request)
                    #expect(answer == ["echo": request, "asked": .number(number)])
                }
                #expect(client.losses.runs > 0)
                client.close()
            }
        }.get()
        _ = try await device.ending()
        #expect(asked.value == 2)
    }

    @Test("A line that swallows XON and XOFF is found out")
    func notTransparent() async throws {
        let cable = try PacedCable()
        let device = try device(on: cable, asked: Counter())
        let error = await BlockingThread.run("tool") { () -> (any Error)? in
            do {
                var settings = SerialSettings()
                settings.flowControl = .software
                let client = LineClient(try SerialPort(cable.tool, settings))
                defer { client.close() }
                try client.connect()
                return nil
            } catch { return error }
        }
        // The check of a greeting may hold an XOFF: then the line takes nothing any more, which says the same.
        let isFoundOut =
            switch error as? TransferError {
            case .notTransparent, .line(.notTaken): true
            default: false
            }
        #expect(isFoundOut, "\(error.map { "\($0)" } ?? "no error")")
        _ = try await device.ending()
    }

    @Test("Nobody who answers is told as that, after the time that was given")
    func nobody() async throws {
        let cable = try PacedCable()
        let error = await BlockingThread.run("tool") { () -> (any Error)? in
            do {
                var settings = LineClient.Settings()
                settings.patience = .seconds(1)
                try LineClient(try SerialPort(cable.tool), settings: settings).connect()
                return nil
            } catch { return error }
        }
        #expect(error as? TransferError == .noAnswer(seconds: 1))
    }
}

final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add() { count.withLock { $0 += 1 } }
}

/// The device's end of a cable: listens as a console does, then converses once.
final class Console: Sendable {
    private let outcome: Task<LineServer.Ending, any Error>

    init(_ cable: PacedCable, baud: Int? = nil, perform: @escaping LineServer.Perform) throws {
        let port = try SerialPort(cable.device)
        outcome = Task {
            try await BlockingThread.run("console") {
                Result { () throws -> LineServer.Ending in
                    var detector = MachineModeDetector()
                    while true {
                        let finding = detector.feed(try port.read(256, within: .seconds(5)))
                        guard let hello = finding.hello else { continue }
                        var settings = LineServer.Settings(baud: baud)
                        settings.silence = .seconds(10)
                        let server = LineServer(port, settings: settings, perform: perform)
                        return try server.run(hello: hello, rest: finding.rest)
                    }
                }
            }.get()
        }
    }

    func ending() async throws -> LineServer.Ending { try await outcome.value }
}
