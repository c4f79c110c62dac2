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

    mutating func open(
        _ direction: StreamReady.Direction, outbox: Outbox, baud: Int?, calling pause: Duration
    ) throws(StorageError) -> OpenFile {
        let (near, far) = try StreamSocket.pair(name: "the line's stream")
        last &+= 1
        switch direction {
        case .input:
            let relay = RangeRelay(number: last, socket: near, outbox: outbox, baud: baud, calling: pause)
            relays[last] = (relay, .now)
            relay.start()
            relay.look(at: .now)
        case .output:
            let export = ExportRelay(number: last, socket: near, outbox: outbox)
            exports[last] = export
            export.start()
        }
        return far
    }

    /// Gives whether bytes were transferred.
    func take(_ frame: Frame, outbox: Outbox, at now: Instant) -> Bool {
        switch frame.type {
        case .offer:
            guard let relay = relays[frame.number]?.relay, let json = frame.json else { return false }
            if let refusal = Self.refusal(of: json, by: relay, at: now) {
                outbox.send(Frame(.end, number: frame.number, json: AnswerForm.json(.failure(FaultReport(refusal)))))
            }
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

    mutating func look(at now: Instant, patience: Duration) {
        for (number, (relay, opened)) in relays {
            if !relay.hasSender, now - opened > patience {
                relay.close(because: .noSender(seconds: Int(patience.inSeconds)))
            }
            if relay.isEnded { relays[number] = nil } else { relay.look(at: now) }
        }
        for (number, export) in exports {
            if export.isEnded { exports[number] = nil } else { export.look(at: now) }
        }
    }

    func closeAll() {
        for (relay, _) in relays.values { relay.close(because: .cancelled) }
        for export in exports.values { export.close() }
    }

    func relay(_ number: UInt16) -> RangeRelay? { relays[number]?.relay }
}
