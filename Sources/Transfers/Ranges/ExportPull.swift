import Documents

/// The service tool's side of a stream from the device: fetches what there is and hands it on in its order.
///
/// A plain value: frames come in and go out.
struct ExportPull {
    typealias Instant = ContinuousClock.Instant

    let number: UInt16
    private var puller: RangePuller
    private var known: UInt64 = 0
    private var isWhole = false
    /// Whether the device does not know yet that everything there is has come, and so may have no room for more.
    private var owesNotice = false
    private var held: [UInt64: [UInt8]] = [:]
    private(set) var position: UInt64 = 0

    init(number: UInt16, rate: TransferRate) {
        self.number = number
        puller = RangePuller(rate: rate)
    }

    var isComplete: Bool { isWhole && position == known }

    /// The device said how much there is; what is new is asked for.
    mutating func take(_ ready: StreamReady) {
        if ready.available > known {
            puller.add(known..<ready.available)
            known = ready.available
        }
        isWhole = isWhole || ready.isWhole
        owesNotice = true
    }

    /// The bytes that are next, if these are.
    mutating func take(_ piece: Piece, at now: Instant) -> [UInt8] {
        guard puller.take(piece.range, at: now) else { return [] }
        held[piece.offset] = piece.bytes
        var next: [UInt8] = []
        while let bytes = held.removeValue(forKey: position) {
            position += UInt64(bytes.count)
            next += bytes
            owesNotice = true
        }
        return next
    }

    /// What to ask for: the first range is empty and says up to where everything has come.
    mutating func due(at now: Instant) -> [Frame] {
        let taken = ByteRanges.encode([position..<position])
        let wants = puller.wants(at: now, held: held.values.reduce(0) { $0 + UInt64($1.count) })
        if wants.isEmpty, owesNotice, position == known {
            owesNotice = false
            let notice = Frame(.want, number: number, taken)
            return isComplete ? [notice, Frame(.end, number: number)] : [notice]
        }
        return wants.map { Frame(.want, number: number, taken + $0) }
    }
}
