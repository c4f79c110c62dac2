import Console
import Documents
import Platform
import Servicing
import Synchronization
import Vocabulary

/// A device that answers as a test tells it to, and remembers what it was asked.
final class ScriptedDesk: ServiceDesk {
    typealias Answer = @Sendable (JSON) async throws(FaultReport) -> JSON

    static let beginning: JSON = [
        "session": "00112233445566778899aabbccddeeff", "device": "IP4-000417", "product": "infusion-pump",
        "hardware": "rev-c", "version": "1.0.0", "slotSet": "A", "observe": true, "emergency": true,
        "idleSeconds": 900, "lockedSeconds": 0, "serial": 115_200,
    ]
    static let challenge = "IP4-000417/7KQ3-M9XD-2WFA-T"
    static let login: JSON = [
        "person": "A. Meier", "role": "technician", "until": "2026-11-22T20:00:00Z", "secondsLeft": 3600,
        "visit": "v1", "emergency": false,
        "rights": ["observe", "test", "update", "activate", "rollback", "evidence"],
    ]
    static let status: JSON = [
        "state": "idle", "product": "infusion-pump", "device": "IP4-000417", "hardware": "rev-c", "version": "1.0.0",
        "slotSet": "A", "findings": [],
    ]

    private struct State {
        var begun: [String] = []
        var requests: [JSON] = []
        var ended: [String] = []
        var answers: [String: Answer] = [:]
    }

    private let state = Mutex(State())
    private let beginning: JSON
    private let statuses: [JSON]
    let endings: AsyncStream<String>
    private let tellEnding: AsyncStream<String>.Continuation

    init(beginning: JSON = ScriptedDesk.beginning, statuses: [JSON] = [], answers: [ServiceCommand: Answer] = [:]) {
        self.beginning = beginning
        self.statuses = statuses
        (endings, tellEnding) = AsyncStream.makeStream()
        for (command, answer) in answers { on(command, answer) }
    }

    func on(_ command: ServiceCommand, _ answer: @escaping Answer) {
        state.withLock { $0.answers[command.rawValue] = answer }
    }

    var requests: [JSON] { state.withLock { $0.requests } }
    var commands: [String] { requests.compactMap { $0["command"]?.string } }
    var begun: [String] { state.withLock { $0.begun } }
    var ended: [String] { state.withLock { $0.ended } }

    func begin(port: String) async throws(FaultReport) -> JSON {
        state.withLock { $0.begun.append(port) }
        return beginning
    }

    func perform(_ request: JSON, in session: String) async throws(FaultReport) -> JSON {
        let command = request["command"]?.string ?? ""
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers[command]
        }
        if let answer { return try await answer(request) }
        switch command {
        case "challenge": return ["challenge": .string(Self.challenge), "validSeconds": 600]
        case "login": return Self.login
        case "emergency": return Self.login
        case "status": return Self.status
        case "logout":
            return request["draft"] == true
                ? ["record": [:], "text": "SERVICE RECORD (draft)", "missing": ["performed", "result"]]
                : ["record": [:], "text": "SERVICE RECORD 2026-1"]
        default: return [:]
        }
    }

    func perform(_ request: JSON, in session: String, stream: borrowing OpenFile) async throws(FaultReport) -> JSON {
        try await perform(request, in: session)
    }

    func end(_ session: String, reason: String) async {
        state.withLock { $0.ended.append(reason) }
        tellEnding.yield(reason)
    }

    func changes() async -> AsyncStream<JSON> {
        AsyncStream { continuation in
            for status in statuses { continuation.yield(status) }
        }
    }
}
