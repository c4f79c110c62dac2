import Platform
import Synchronization
import Vocabulary

/// The console's side of a bundle that comes over the line: fetches the ranges that the agent asks for.
///
/// How it works: one thread takes the agent's requests from the socket, another writes the bytes back in their order; the thread that
/// reads the line hands in what comes and lets the relay look at the time. Whoever sends may vanish and come back, as
/// the same program or a new one: what was asked for and had not come is then asked for again.
final class RangeRelay: Sendable {
    typealias Instant = ContinuousClock.Instant

    private static let requestLimit = 1024
    /// After so much silence the sender is called again.
    private static let silence: Duration = .seconds(3)

    let number: UInt16
    private let socket: StreamSocket
    private let outbox: Outbox
    /// How often a sender is called.
    private let pause: Duration
    private let deliveries = BoundedQueue<Delivery>(capacity: 8192)
    private let state: Mutex<State>

    private enum Delivery {
        case size(UInt64)
        case data([UInt8])

        var bytes: [UInt8] {
            switch self {
            case .size(let size): size.littleEndianBytes
            case .data(let bytes): bytes
            }
        }
    }

    private struct State {
        var offer: StreamOffer?
        var puller: RangePuller
        var requests: [Range<UInt64>] = []
        var lastEnd: UInt64 = 0
        /// What came before something in front of it, by its offset.
        var held: [UInt64: [UInt8]] = [:]
        /// What came and the agent has not taken.
        var waiting: UInt64 = 0
        var received: UInt64 = 0
        var heard: Instant?
        var called: Instant?
        var refusal: TransferError?
        var isEnded = false
    }

    init(number: UInt16, socket: StreamSocket, outbox: Outbox, baud: Int?, calling pause: Duration) {
        self.number = number
        self.socket = socket
        self.outbox = outbox
        self.pause = pause
        state = Mutex(State(puller: RangePuller(rate: TransferRate(baud: baud))))
    }

    deinit { close() }

    func start() {
        BlockingThread.start("ranges in") { self.takeRequests() }
        BlockingThread.start("ranges out") { self.deliver() }
    }

    var progress: TransferProgress? {
        state.withLock { state in
            state.offer.map { offer in
                TransferProgress(
                    bytes: state.received, position: state.requests.first?.lowerBound ?? state.lastEnd,
                    total: offer.size, bytesPerSecond: UInt64(state.puller.rate.perSecond))
            }
        }
    }

    /// Whether the agent has let go of its end, or was made to.
    var isEnded: Bool { state.withLock { $0.isEnded } }
    var hasSender: Bool { state.withLock { $0.offer != nil } }
    /// Why the relay ended the stream, where it was the relay that did.
    var refusal: TransferError? { state.withLock { $0.refusal } }

    /// Ends the stream; the agent finds a source that broke off.
    func close(because refusal: TransferError? = nil) {
        state.withLock { state in
            if !state.isEnded { state.refusal = refusal }
            state.isEnded = true
        }
        socket.shutDown()
        deliveries.close()
    }

    // What the line brings

    /// A sender is there, for the first time or again; false where it has another file than the one that was begun.
    func take(_ offer: StreamOffer, at now: Instant) -> Bool {
        state.withLock { state in
            if let known = state.offer, known.size != offer.size || known.head != offer.head { return false }
            if state.offer == nil {
                _ = deliveries.offer(.size(offer.size))
            } else if isSilent(state, at: now) {
                state.puller.restart()
            }
            state.offer = offer
            state.heard = now
            ask(&state, at: now)
            return true
        }
    }

    func take(_ piece: Piece, at now: Instant) {
        state.withLock { state in
            state.heard = now
            guard !piece.bytes.isEmpty, state.puller.take(piece.range, at: now) else { return }
            state.received += piece.range.length
            state.waiting += piece.range.length
            state.held[piece.offset] = piece.bytes
            while let first = state.requests.first, let bytes = state.held.removeValue(forKey: first.lowerBound) {
                let rest = (first.lowerBound + UInt64(bytes.count))..<first.upperBound
                if rest.isEmpty { state.requests.removeFirst() } else { state.requests[0] = rest }
                _ = deliveries.offer(.data(bytes))
            }
            ask(&state, at: now)
        }
    }

    /// Calls for a sender now: somebody asks who is there.
    func callAgain(at now: Instant) {
        state.withLock { $0.called = nil }
        look(at: now)
    }

    /// Calls for a sender, and asks again for what did not come.
    func look(at now: Instant) {
        state.withLock { state in
            guard !state.isEnded else { return }
            if isSilent(state, at: now), state.offer == nil || state.puller.isAsking,
                state.called.map({ now - $0 >= pause }) ?? true
            {
                state.called = now
                outbox.send(Frame(.ready, number: number, json: StreamReady(.input).json))
            }
            ask(&state, at: now)
        }
    }

    private func isSilent(_ state: State, at now: Instant) -> Bool {
        state.heard.map { now - $0 > Self.silence } ?? true
    }

    /// Under the lock, so that what is asked for goes over the line in the order that the puller knows.
    private func ask(_ state: inout State, at now: Instant) {
        guard state.offer != nil, !state.isEnded else { return }
        for want in state.puller.wants(at: now, held: state.waiting) {
            outbox.send(Frame(.want, number: number, want))
        }
    }

    // What the agent does, each on a thread of its own

    private func takeRequests() {
        while let bytes = try? socket.read(all: ByteRanges.entryLength), let range = ByteRanges.decode(bytes)?.first {
            let refusal = state.withLock { state -> TransferError? in
                guard !state.isEnded else { return .cancelled }
                guard let size = state.offer?.size, range.lowerBound >= state.lastEnd, range.upperBound <= size,
                    !range.isEmpty, state.requests.count < Self.requestLimit
                else { return .badRange(offset: range.lowerBound, length: UInt32(clamping: range.length)) }
                state.lastEnd = range.upperBound
                state.requests.append(range)
                state.puller.add(range)
                ask(&state, at: .now)
                return nil
            }
            if let refusal { return close(because: refusal) }
        }
        close()
    }

    private func deliver() {
        while let delivery = deliveries.take() {
            guard (try? socket.write(delivery.bytes)) == true else { break }
            guard case .data(let bytes) = delivery else { continue }
            state.withLock { state in
                state.waiting -= UInt64(bytes.count)
                ask(&state, at: .now)
            }
        }
        close()
    }
}
