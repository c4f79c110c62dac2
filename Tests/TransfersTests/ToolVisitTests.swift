import Bundles
import Documents
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfers
import Vocabulary

/// A device that answers an update at once and reads the release afterwards, as the agent does.
private final class ReadingDevice: Sendable {
    struct State {
        var asked: [String] = []
        var read: [UInt8] = []
        var status: JSON = ["state": "idle"]
    }

    let state = Mutex(State())
    private let refusal: FaultReport?

    init(refusal: FaultReport? = nil) { self.refusal = refusal }

    func perform(_ request: JSON, _ streams: LineStreams) throws(FaultReport) -> JSON {
        let command = request["command"]?.string ?? ""
        state.withLock { $0.asked.append(command) }
        switch command {
        case "challenge": return ["challenge": "C1"]
        case "login" where request["grant"] == "grant for C1": return ["person": "Kim"]
        case "update":
            state.withLock { $0.status = ["state": "verifying", "offer": ["id": "u1"]] }
            let stream = try streams.source()
            BlockingThread.start("agent") { self.read(stream) }
            return ["update": "u1"]
        case "status": return state.withLock { $0.status }
        case "logout": return ["record": [:]]
        default: throw FaultReport(code: FaultCode(3405), kind: .refused, reason: "no", advice: "")
        }
    }

    private func read(_ stream: OpenFile) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        let limit = refusal == nil ? Int.max : 4096
        guard let source = try? RangeSource(stream) else { return }
        while bytes.count < limit, let count = try? buffer.withUnsafeMutableBytes({ try source.read(into: $0) }),
            count > 0
        {
            bytes += buffer[..<count]
        }
        state.withLock { state in
            state.read = bytes
            guard let refusal else {
                state.status = ["state": "installed", "offer": ["id": "u1"]]
                return
            }
            state.status = [
                "state": "idle",
                "last": [
                    "outcome": "refused", "offer": ["id": "u1"],
                    "fault": [
                        "code": .string(refusal.code.description), "kind": "failed", "reason": .string(refusal.reason),
                        "advice": "",
                    ],
                ],
            ]
        }
    }
}

@Suite("A visit in one go")
struct ToolVisitTests {
    private let folder: TemporaryFolder
    private let content: [UInt8]
    private let file: SentFile

    init() throws {
        folder = try TemporaryFolder()
        var dice = Dice(seed: 31)
        content = (0..<120_000).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        file = try SentFile(try folder.write("release.aftercare", content), in: Storage())
    }

    private func visit(_ device: ReadingDevice) async throws -> Result<JSON, FaultReport> {
        let cable = try PacedCable(baud: 921_600)
        let console = try Console(cable, baud: 921_600) { request, streams throws(FaultReport) in
            try device.perform(request, streams)
        }
        let (file, tool) = (file, cable.tool)
        let outcome = try await BlockingThread.run("tool") {
            Result { () throws -> Result<JSON, FaultReport> in
                let client = LineClient(try SerialPort(tool), settings: .init(baud: 921_600))
                try client.connect()
                defer { client.close() }
                let visit = ToolVisit { challenge throws(FaultReport) in "grant for \(challenge)" }
                do throws(FaultReport) { return .success(try visit.update(file, activate: false, over: client)) } catch
                {
                    return .failure(error)
                }
            }
        }.get()
        #expect(try await console.ending() == .bye("done"))
        return outcome
    }

    @Test("A release is read to its end although the device answered long before, and then the visit is closed")
    func update() async throws {
        let device = ReadingDevice()
        let status = try await visit(device).get()
        #expect(status["state"] == "installed")
        let state = device.state.withLock { $0 }
        #expect((state.read == content) as Bool)
        #expect(Array(state.asked.prefix(3)) == ["challenge", "login", "update"] && state.asked.last == "logout")
    }

    @Test("What the device refuses in a release it has begun to read is the result of the visit")
    func refused() async throws {
        let refusal = FaultReport(code: FaultCode(2604), kind: .refused, reason: "not for this hardware", advice: "")
        let device = ReadingDevice(refusal: refusal)
        let result = try await visit(device)
        #expect(result == .failure(refusal))
        #expect(device.state.withLock { $0.asked.last } == "logout")
    }
}
