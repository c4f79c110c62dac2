import Ledger
package import Platform
import Synchronization
import Trust
package import Vocabulary

/// The larger of the machine's clock and the newest signed time seen.
package final class TrustedClock: Sendable {
    private let clock: any WallClock
    private let newest = Mutex<Timestamp?>(nil)

    package init(_ clock: any WallClock) { self.clock = clock }

    package var watermark: Timestamp? { newest.withLock { $0 } }

    package var now: Timestamp { max(clock.now(), watermark ?? Timestamp(seconds: 0)) }

    var wallClock: any WallClock { clock }

    /// True if `signed` is newer than what was known.
    @discardableResult
    package func raise(to signed: Timestamp?) -> Bool {
        guard let signed else { return false }
        return newest.withLock { newest in
            guard signed > newest ?? Timestamp(seconds: 0) else { return false }
            newest = signed
            return true
        }
    }

    var ledgerClock: any LedgerClock { WatermarkedClock(clock) { [self] in watermark } }
}
