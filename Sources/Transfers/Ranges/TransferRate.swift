/// How fast bytes come, measured over the last seconds; until then what the line's speed promises.
package struct TransferRate {
    package typealias Instant = ContinuousClock.Instant

    private static let span: Duration = .milliseconds(500)
    /// Pieces that take about an eighth of a second: long enough to cost little, short enough to lose little.
    private static let piecesPerSecond = 8.0
    /// A line at 9,600 baud: what comes more slowly is held up by something else, or lost.
    private static let slowest = 960.0
    private static let pieceLengths = 256...Piece.limit

    /// Bytes a second.
    package private(set) var perSecond: Double
    private var since: Instant?
    private var counted: UInt64 = 0

    /// `baud` is the line's speed where it is known; eight bits take ten.
    package init(baud: Int?) { perSecond = Double(baud ?? 115_200) / 10 }

    package var pieceLength: Int {
        let length = Int(min(perSecond / Self.piecesPerSecond, Double(Piece.limit)))
        return min(max(length, Self.pieceLengths.lowerBound), Self.pieceLengths.upperBound)
    }

    package func bytes(in time: Duration) -> UInt64 { UInt64(min(perSecond * time.inSeconds, 1e12)) }

    package func time(for bytes: UInt64) -> Duration { .seconds(Double(bytes) / perSecond) }

    package mutating func note(_ bytes: UInt64, at now: Instant) {
        guard let since else {
            // The first piece only starts the clock: how long it took is not known.
            self.since = now
            return
        }
        counted += bytes
        let passed = now - since
        guard passed >= Self.span else { return }
        let measured = Double(counted) / passed.inSeconds
        perSecond = max(perSecond * 0.5 + measured * 0.5, Self.slowest)
        self.since = now
        counted = 0
    }

    /// Leaves the time until the next piece out of the measure: nobody was sending.
    package mutating func pause() {
        since = nil
        counted = 0
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
