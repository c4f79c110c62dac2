import Platform
import Synchronization

/// The console's side of something that the device gives away: keeps a bounded part of it until the service tool has it.
///
/// A thread reads the socket for as long as there is room. The service tool is told how much there is, and asks for it by ranges;
/// the first range of each list has no length and says up to where it has everything. It says `end` once it has all of it.
final class ExportRelay: Sendable {
    typealias Instant = ContinuousClock.Instant

    private static let capacity = 1 << 20
    private static let readyPeriod: Duration = .milliseconds(500)
    private static let silence: Duration = .seconds(60)

    let number: UInt16
    /// The request that it belongs to.
    let request: UInt16
    private let socket: StreamSocket
    private let outbox: Outbox
    /// Filled by the reader, one permit for each 64 KiB of room.
    private let room = BoundedQueue<Void>(capacity: capacity / pieceLength)
    private let state = Mutex(State())
    private static let pieceLength = 64 << 10

    private struct State {
        /// Pieces that the service tool does not have yet, one after the other from `start` on.
        var pieces: [[UInt8]] = []
        var start: UInt64 = 0
        var end: UInt64 = 0
        var isWhole = false
        var isEnded = false
        var told: Instant?
        var heard = Instant.now
    }

    init(number: UInt16, request: UInt16, socket: StreamSocket, outbox: Outbox) {
        self.number = number
        self.request = request
        self.socket = socket
        self.outbox = outbox
    }

    var isEnded: Bool { state.withLock { $0.isEnded } }

    func start() {
        BlockingThread.start("export") {
            while self.room.put(()), let bytes = try? self.socket.read(Self.pieceLength), !bytes.isEmpty {
                self.state.withLock { state in
                    state.pieces.append(bytes)
                    state.end += UInt64(bytes.count)
                }
            }
            self.state.withLock { $0.isWhole = true }
        }
    }

    func close() {
        state.withLock { $0.isEnded = true }
        room.close()
        socket.shutDown()
    }

    /// Sends what is asked for, and lets go of what has arrived.
    func take(_ ranges: [Range<UInt64>], at now: Instant) {
        state.withLock { state in
            state.heard = now
            for range in ranges {
                if range.isEmpty {
                    release(upTo: range.lowerBound, &state)
                } else if let bytes = Self.bytes(range, in: state) {
                    outbox.send(Frame(.data, number: number, Piece(offset: range.lowerBound, bytes: bytes).payload))
                }
            }
        }
    }

    func look(at now: Instant) {
        let isAlone = state.withLock { state in
            if state.told.map({ now - $0 >= Self.readyPeriod }) ?? true {
                state.told = now
                let ready = StreamReady(.output, request: request, available: state.end, isWhole: state.isWhole)
                outbox.send(Frame(.ready, number: number, json: ready.json))
            }
            return now - state.heard > Self.silence
        }
        if isAlone { close() }
    }

    private func release(upTo offset: UInt64, _ state: inout State) {
        while let first = state.pieces.first, state.start + UInt64(first.count) <= offset {
            state.pieces.removeFirst()
            state.start += UInt64(first.count)
            _ = room.take()
        }
    }

    private static func bytes(_ range: Range<UInt64>, in state: State) -> [UInt8]? {
        guard range.lowerBound >= state.start, range.upperBound <= state.end, range.length <= UInt64(Piece.limit) else {
            return nil
        }
        var bytes: [UInt8] = []
        var start = state.start
        for piece in state.pieces where UInt64(bytes.count) < range.length {
            let from = max(range.lowerBound, start)
            let to = min(range.upperBound, start + UInt64(piece.count))
            if from < to { bytes += piece[Int(from - start)..<Int(to - start)] }
            start += UInt64(piece.count)
        }
        return bytes
    }
}
