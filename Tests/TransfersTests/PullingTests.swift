import Platform
import SystemPackage
import TestSupport
import Testing
import Transfers

/// A line with a speed and a delay on which the time is only reckoned, so that what is counted is the same everywhere.
private struct ReckonedLine {
    typealias Instant = ContinuousClock.Instant

    let bytesPerSecond: Double
    let delay: Duration
    /// Which pieces are lost, by their number.
    var isLost: (Int) -> Bool = { _ in false }

    struct Count {
        var lineBytes = 0
        var pieces = 0
        var idle: Duration = .zero
        var duration: Duration = .zero
        var arrived: [Range<UInt64>] = []
    }

    func pull(_ total: UInt64, by puller: RangePuller, from sender: RangeSender) throws -> Count {
        var (puller, sender, count) = (puller, sender, Count())
        let start = Instant.now
        var now = start
        var free: Instant?
        var wants: [(at: Instant, frame: Frame)] = []
        var data: [(at: Instant, frame: Frame)] = []
        puller.add(0..<total)
        while !puller.isIdle {
            let due = puller.due(at: now)
            if !due.isEmpty {
                let frame = Frame(.want, number: 1, ByteRanges.encode(due))
                wants.append((now + delay + time(for: frame), frame))
            }
            // Whatever is next; a moment later where nothing is, for the puller's patience to end.
            let send = sender.hasWork ? max(free ?? now, now) : nil
            now = [wants.first?.at, data.first?.at, send].compactMap { $0 }.min() ?? now + .milliseconds(50)
            if let want = wants.first, want.at == now {
                wants.removeFirst()
                _ = sender.hear(want.frame)
            } else if let piece = data.first, piece.at == now {
                data.removeFirst()
                let offset = piece.frame.payload.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                let range = offset..<offset + UInt64(piece.frame.payload.count - 8)
                if puller.take(range, at: now) { count.arrived.append(range) }
            } else if send == now, let frame = try sender.next() {
                if let free, now > free { count.idle += now - free }
                let end = now + time(for: frame)
                free = end
                count.lineBytes += frame.encoded.count
                count.pieces += 1
                if !isLost(count.pieces) { data.append((end + delay, frame)) }
            }
        }
        count.duration = now - start
        return count
    }

    private func time(for frame: Frame) -> Duration { .seconds(Double(frame.encoded.count) / bytesPerSecond) }
}

@Suite("Asking for ranges")
struct PullingTests {
    private static let total: UInt64 = 4 << 20
    private let folder: TemporaryFolder
    private let sender: RangeSender

    init() throws {
        folder = try TemporaryFolder()
        let file = try folder.write("release", [UInt8](repeating: 7, count: Int(Self.total)))
        sender = RangeSender(try SentFile(file, in: Storage()))
    }

    @Test(
        "The line is never idle and carries at least 97 bytes of the file in 100",
        arguments: [(115_200, 5), (115_200, 100), (460_800, 20), (921_600, 50)])
    func quiet(baud: Int, delay: Int) throws {
        let line = ReckonedLine(bytesPerSecond: Double(baud) / 10, delay: .milliseconds(delay))
        let count = try line.pull(Self.total, by: RangePuller(rate: TransferRate(baud: baud)), from: sender)
        #expect(count.arrived.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } == Self.total)
        #expect(count.idle == .zero, "\(count.idle)")
        #expect(Double(Self.total) / Double(count.lineBytes) >= 0.97, "\(count.lineBytes)")
    }

    @Test("A speed that nobody knew is found out, and the line hardly idle")
    func unknownSpeed() throws {
        let line = ReckonedLine(bytesPerSecond: 92_160, delay: .milliseconds(20))
        let count = try line.pull(Self.total, by: RangePuller(rate: TransferRate(baud: nil)), from: sender)
        #expect(count.idle < count.duration / 50, "\(count.idle) of \(count.duration)")
    }

    @Test("What is lost comes again, and little else", arguments: zip([10, 50, 200], [1.6, 1.3, 1.15]))
    func losses(every number: Int, cost: Double) throws {
        var line = ReckonedLine(bytesPerSecond: 11_520, delay: .milliseconds(10))
        line.isLost = { $0.isMultiple(of: number) }
        let count = try line.pull(512 << 10, by: RangePuller(rate: TransferRate(baud: 115_200)), from: sender)
        let ranges = count.arrived.sorted { $0.lowerBound < $1.lowerBound }
        #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == 512 << 10)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(Double(count.lineBytes) <= Double(512 << 10) * cost, "\(count.lineBytes)")
        #expect(count.idle < count.duration / 20, "\(count.idle) of \(count.duration)")
    }
}
