/// Decides which ranges to ask for, when, and when again, so that the line is never idle and nothing lost is missed.
///
/// How it works: both directions of a line keep their order. So when a piece comes, every piece that was asked for before it and has
/// not come is lost, and is asked for again at once; only when nothing comes at all a time-out says so. As much is asked for
/// ahead as comes in about a second, so that the sender always has something to send. Pieces become smaller when some are lost,
/// as a short one more often comes through noise whole, and longer again when none are.
///
/// A plain value: time comes in as a parameter.
package struct RangePuller {
    package typealias Instant = ContinuousClock.Instant

    /// The shortest pieces, and the longest at any rate.
    private static let shortest = 64
    private static let windowLimit: UInt64 = 256 << 10
    private static let patience: ClosedRange<Duration> = .milliseconds(300) ... .seconds(1)
    /// Good pieces in a row that make pieces longer again.
    private static let trust = 16

    package private(set) var rate: TransferRate
    private var pending: [Range<UInt64>] = []
    /// What was asked for and did not come.
    private var lost: [Range<UInt64>] = []
    private var asked: [Range<UInt64>] = []
    private var askedBytes: UInt64 = 0
    private var lastMove: Instant?
    private var patience = patience.lowerBound
    private var pieceLimit: Int
    private var goodPieces = 0
    /// How many bytes had to be asked for again.
    package private(set) var repeatedBytes: UInt64 = 0

    /// `firstPiece` is a length that is known to come through.
    package init(rate: TransferRate, firstPiece: Int? = nil) {
        self.rate = rate
        pieceLimit = max(firstPiece ?? rate.pieceLength, Self.shortest)
    }

    package var isIdle: Bool { pending.isEmpty && lost.isEmpty && asked.isEmpty }
    package var isAsking: Bool { !asked.isEmpty || !lost.isEmpty }

    package mutating func add(_ range: Range<UInt64>) {
        if !range.isEmpty { pending.append(range) }
    }

    /// What to ask for now, in this order; `held` bytes have come and wait to be taken.
    package mutating func due(at now: Instant, held: UInt64 = 0) -> [Range<UInt64>] {
        let piece = UInt64(min(pieceLimit, rate.pieceLength))
        if let lastMove, !asked.isEmpty, now - lastMove > patience + rate.time(for: 2 * piece) { giveUpAsked() }
        let window = min(max(rate.bytes(in: .seconds(1)), 4 * piece), Self.windowLimit)
        var due: [Range<UInt64>] = []
        while due.count < rangesAtOnce, askedBytes < window {
            // What is lost has its place among what is held, and nothing can be taken before it has come.
            let next =
                Self.next(piece, of: &lost) ?? (askedBytes + held < window ? Self.next(piece, of: &pending) : nil)
            guard let range = next else { break }
            if asked.isEmpty {
                lastMove = now
                rate.pause()
            }
            asked.append(range)
            askedBytes += range.length
            due.append(range)
        }
        return due
    }

    /// The same as payloads of frames, all that is due.
    package mutating func wants(at now: Instant, held: UInt64 = 0) -> [[UInt8]] {
        var wants: [[UInt8]] = []
        while true {
            let due = due(at: now, held: held)
            guard !due.isEmpty else { return wants }
            wants.append(ByteRanges.encode(due))
        }
    }

    /// Where only short pieces come through, only a short list of them does.
    private var rangesAtOnce: Int { min(ByteRanges.limit - 4, max(2, pieceLimit / 32)) }

    private static func next(_ piece: UInt64, of ranges: inout [Range<UInt64>]) -> Range<UInt64>? {
        guard let first = ranges.first else { return nil }
        let range = first.prefix(piece)
        if range.upperBound == first.upperBound {
            ranges.removeFirst()
        } else {
            ranges[0] = range.upperBound..<first.upperBound
        }
        return range
    }

    /// Takes note of a piece that came; false where it was not waited for, such as one that came twice.
    package mutating func take(_ range: Range<UInt64>, at now: Instant) -> Bool {
        rate.note(range.length, at: now)
        guard let index = asked.firstIndex(of: range) else { return false }
        let missing = Array(asked[..<index])
        asked.removeSubrange(...index)
        askedBytes -= range.length + missing.reduce(0) { $0 + $1.length }
        lastMove = now
        patience = Self.patience.lowerBound
        if missing.isEmpty {
            goodPieces += 1
            if goodPieces >= Self.trust {
                pieceLimit = min(pieceLimit * 2, Piece.limit)
                goodPieces = 0
            }
        } else {
            askAgain(missing)
        }
        return true
    }

    /// Has everything that was asked for asked for again, as for a new sender.
    package mutating func restart() {
        lost.insert(contentsOf: asked, at: 0)
        asked = []
        askedBytes = 0
        rate.pause()
    }

    private mutating func giveUpAsked() {
        askAgain(asked)
        asked = []
        askedBytes = 0
        patience = min(patience * 2, Self.patience.upperBound)
        rate.pause()
    }

    private mutating func askAgain(_ ranges: [Range<UInt64>]) {
        repeatedBytes += ranges.reduce(0) { $0 + $1.length }
        lost.insert(contentsOf: ranges, at: 0)
        pieceLimit = max(pieceLimit / 2, Self.shortest)
        goodPieces = 0
    }
}

extension Range<UInt64> {
    var length: UInt64 { upperBound - lowerBound }

    func prefix(_ count: UInt64) -> Range<UInt64> { lowerBound..<(lowerBound + Swift.min(count, length)) }
}
