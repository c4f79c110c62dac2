import Bundles
import Documents
import Platform
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfers
import Vocabulary

@Suite("A bundle over the line")
struct RangeTransferTests {
    private let folder: TemporaryFolder
    private let content: [UInt8]
    private let file: SentFile

    init() throws {
        folder = try TemporaryFolder()
        var dice = Dice(seed: 17)
        content = (0..<300_000).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        file = try SentFile(try folder.write("release.aftercare", content), in: Storage())
    }

    /// Reads ranges as an installation does; answers what it read.
    private static func read(_ stream: OpenFile, _ reads: [(skip: Int, take: Int)]) async throws(FaultReport) -> [UInt8]
    {
        let result = await BlockingThread.run("agent") { () -> Result<[UInt8], BundleError> in
            Result { () throws(BundleError) in
                let source = try RangeSource(stream)
                var bytes: [UInt8] = []
                for (skip, take) in reads {
                    _ = try source.skip(UInt64(skip))
                    var left = take
                    while left > 0 {
                        var piece = [UInt8](repeating: 0, count: left)
                        let count = try piece.withMutableBytes { (buffer) throws(BundleError) in
                            try source.read(into: buffer)
                        }
                        guard count > 0 else { return bytes }
                        bytes += piece[..<count]
                        left -= count
                    }
                }
                return bytes
            }
        }
        do throws(BundleError) { return try result.get() } catch { throw FaultReport(error) }
    }

    private func transfer(
        over cable: PacedCable, baud: Int?, _ reads: [(skip: Int, take: Int)]
    ) async throws -> [UInt8] {
        let got = Mutex<[UInt8]>([])
        let device = try Console(cable, baud: baud) { _, streams throws(FaultReport) in
            let bytes = try await Self.read(try streams.source(), reads)
            got.withLock { $0 = bytes }
            return ["bytes": .number(bytes.count)]
        }
        let (file, tool) = (file, cable.tool)
        try await BlockingThread.run("tool") {
            Result {
                let client = LineClient(try SerialPort(tool), settings: .init(baud: baud))
                try client.connect()
                _ = try client.perform(["command": "update", "source": "line"], file: file)
                client.close()
            }
        }.get()
        _ = try await device.ending()
        return got.withLock { $0 }
    }

    @Test("Read from front to back it comes whole, and costs at most a tenth more than its bytes")
    func whole() async throws {
        let cable = try PacedCable(baud: 921_600)
        let bytes = try await transfer(over: cable, baud: 921_600, [(0, 400_000)])
        #expect(difference(bytes, content) == nil)
        let overhead = Double(cable.bytesToDevice) / Double(content.count)
        #expect(overhead <= 1.10, "\(overhead)")
    }

    @Test("What is skipped is not sent")
    func skipping() async throws {
        let cable = try PacedCable(baud: 921_600)
        let bytes = try await transfer(
            over: cable, baud: 921_600, [(0, 5000), (200_000, 5000), (0, 3000), (80_000, 2000)])
        let expected = [0..<5000, 205_000..<213_000, 293_000..<295_000].flatMap { (range: Range<Int>) in content[range]
        }
        #expect(difference(bytes, expected) == nil)
        #expect(cable.bytesToDevice < 100_000, "\(cable.bytesToDevice)")
    }

    @Test("On a noisy line it comes whole", arguments: [1, 2])
    func noise(seed: UInt64) async throws {
        let cable = try PacedCable(baud: 921_600, noise: .init(flipped: 0.5, lost: 0.2), seed: seed)
        let bytes = try await transfer(over: cable, baud: 921_600, [(0, 100_000)])
        #expect(difference(bytes, Array(content[..<100_000])) == nil)
    }

    @Test("A sender that is killed and started again goes on where it was")
    func startedAgain() async throws {
        let cable = try PacedCable(baud: 460_800)
        let port = try SerialPort(cable.device)
        let got = Mutex<[UInt8]>([])
        let device = Task {
            await BlockingThread.run("console") {
                Result {
                    try LineServer(port, settings: .init(baud: 460_800)).receive { stream throws(FaultReport) in
                        let bytes = try await Self.read(stream, [(0, 400_000)])
                        got.withLock { $0 = bytes }
                        return ["bytes": .number(bytes.count)]
                    }
                }
            }
        }
        let (file, tool) = (file, cable.tool)
        let first = await BlockingThread.run("sender") { () -> FaultReport? in
            let cancellation = Cancellation()
            do {
                var sending = FileSending(file, over: try SerialPort(tool), cancellation: cancellation)
                _ = try sending.run { bytes, _ in if bytes > 100_000 { cancellation.cancel() } }
                return nil
            } catch { return error as? FaultReport }
        }
        #expect(first?.code == TransferError.cancelled.code)
        let answer = try await BlockingThread.run("sender") {
            Result { () throws -> JSON in
                var sending = FileSending(file, over: try SerialPort(tool))
                return try sending.run()
            }
        }.get()
        #expect(answer == ["bytes": .number(content.count)])
        #expect(try await device.value.get().get() == answer)
        #expect(difference(got.withLock { $0 }, content) == nil)
        #expect(Double(cable.bytesToDevice) <= 1.3 * Double(content.count))
    }

    @Test("A console that waits for a file says so, and is not taken over by a service tool's hello")
    func awaited() async throws {
        let cable = try PacedCable(baud: 921_600)
        let port = try SerialPort(cable.device)
        let device = Task {
            await BlockingThread.run("console") {
                Result {
                    try LineServer(port, settings: .init(baud: 921_600)).receive { stream throws(FaultReport) in
                        ["bytes": .number(try await Self.read(stream, [(0, 400_000)]).count)]
                    }
                }
            }
        }
        let (file, tool) = (file, cable.tool)
        let answer = try await BlockingThread.run("tool") {
            Result { () throws -> JSON in
                let line = try SerialPort(tool)
                guard try FileSending.isAwaited(over: line, within: .seconds(5)) else { return .null }
                try line.write(
                    Frame(.hello, Array(#"{"protocol":1,"payload":8192,"session":"x"}"#.utf8)).encoded,
                    within: .seconds(1))
                var sending = FileSending(file, over: line)
                return try sending.run()
            }
        }.get()
        #expect(answer == ["bytes": .number(content.count)])
        #expect(try await device.value.get().get() == answer)
    }

    @Test("What the device gives away comes whole")
    func export() async throws {
        let cable = try PacedCable(baud: 921_600)
        let content = content
        let device = try Console(cable, baud: 921_600) { _, streams throws(FaultReport) in
            let sink = try streams.sink()
            let isWritten = await BlockingThread.run("agent") {
                (try? StreamSocket(copyOf: sink.descriptor, name: "export").write(content)) ?? false
            }
            return ["written": .bool(isWritten)]
        }
        let tool = cable.tool
        let got = try await BlockingThread.run("tool") {
            Result { () throws -> [UInt8] in
                let client = LineClient(try SerialPort(tool), settings: .init(baud: 921_600))
                try client.connect()
                var got: [UInt8] = []
                client.handlers.export = { got += $0 }
                #expect(try client.perform(["command": "export"]) == ["written": true])
                client.close()
                return got
            }
        }.get()
        _ = try await device.ending()
        #expect(difference(got, content) == nil)
    }
}

/// Where two byte strings part; in words, because a list of all differences of so many bytes takes minutes to make.
private func difference(_ found: [UInt8], _ expected: [UInt8]) -> String? {
    if found == expected { return nil }
    let place = zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset
    return "\(found.count) bytes instead of \(expected.count), first other byte: \(place.map(String.init) ?? "none")"
}
