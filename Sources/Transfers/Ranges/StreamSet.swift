import Documents
import Platform
import SystemPackage
import Vocabulary

/// The streams of one conversation, by their numbers.
struct StreamSet {
    typealias Instant = ContinuousClock.Instant

    private var relays: [UInt16: (relay: RangeRelay, opened: Instant)] = [:]
    private var exports: [UInt16: ExportRelay] = [:]
    private var last: UInt16 = 0

    var hasSender: Bool { relays.values.contains { $0.relay.hasSender } }
    var isEmpty: Bool { relays.isEmpty && exports.isEmpty }
    var progress: [TransferProgress] { relays.keys.sorted().compactMap { relays[$0]?.relay.progress } }

    /// Gives the agent's end of a new stream and the number of the stream.
    mutating func open(
        _ direction: StreamReady.Direction, for request: UInt16, outbox: Outbox, baud: Int?, calling pause: Duration
    ) throws(StorageError) -> (stream: OpenFile, number: UInt16) {
        let (near, far) = try StreamSocket.pair(name: "the line's stream")
        last &+= 1
        switch direction {
        case .input:
            let relay = RangeRelay(number: last, socket: near, outbox: outbox, baud: baud, calling: pause)
            relays[last] = (relay, .now)
            relay.start()
            relay.look(at: .now)
        case .output:
            let export = ExportRelay(number: last, request: request, socket: near, outbox: outbox)
            exports[last] = export
            export.start()
        }
        return (far, last)
    }

    /// Gives whether bytes were transferred.
    func take(_ frame: Frame, outbox: Outbox, at now: Instant) -> Bool {
        switch frame.type {
        case .offer:
            guard let json = frame.json else { return false }
            guard let relay = relays[frame.number]?.relay else {
                sayEnd(frame.number, nil, outbox)
                return false
            }
            if let refusal = Self.refusal(of: json, by: relay, at: now) { sayEnd(frame.number, refusal, outbox) }
            return false
        case .data:
            guard let relay = relays[frame.number]?.relay, let piece = Piece(payload: frame.payload) else {
                return false
            }
            relay.take(piece, at: now)
            return true
        case .want:
            guard let export = exports[frame.number], let ranges = ByteRanges.decode(frame.payload) else {
                return false
            }
            export.take(ranges, at: now)
            return true
        case .end:
            exports[frame.number]?.close()
            return false
        default: return false
        }
    }

    /// That nothing more of a stream is wanted.
    private func sayEnd(_ number: UInt16, _ refusal: TransferError?, _ outbox: Outbox) {
        let result: Result<JSON, FaultReport> = refusal.map { .failure(FaultReport($0)) } ?? .success([:])
        outbox.send(Frame(.end, number: number, json: AnswerForm.json(result)))
    }

    private static func refusal(of json: JSON, by relay: RangeRelay, at now: Instant) -> TransferError? {
        do throws(DocumentError) {
            // A service tool that has nothing says so, and nobody waits for it.
            if json["name"] == nil {
                relay.close(because: .nothingToSend)
                return nil
            }
            let offer = try StreamOffer(json)
            guard !relay.take(offer, at: now) else { return nil }
            return .anotherFile(size: offer.size, expected: relay.progress?.total ?? 0)
        } catch { return .malformed("offer", error) }
    }

    /// `outbox` gets the ends of streams, where those are not told otherwise.
    mutating func look(at now: Instant, patience: Duration, endsTo outbox: Outbox?) {
        for (number, (relay, opened)) in relays {
            if !relay.hasSender, now - opened > patience {
                relay.close(because: .noSender(seconds: Int(patience.inSeconds)))
            }
            guard relay.isEnded else {
                relay.look(at: now)
                continue
            }
            relays[number] = nil
            if let outbox { sayEnd(number, relay.refusal, outbox) }
        }
        for (number, export) in exports {
            if export.isEnded { exports[number] = nil } else { export.look(at: now) }
        }
    }

    func callAgain(at now: Instant) {
        for (relay, _) in relays.values { relay.callAgain(at: now) }
    }

    func closeAll() {
        for (relay, _) in relays.values { relay.close(because: .cancelled) }
        for export in exports.values { export.close() }
    }

    func relay(_ number: UInt16) -> RangeRelay? { relays[number]?.relay }
}
