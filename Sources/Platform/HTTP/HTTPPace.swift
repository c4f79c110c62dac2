/// Measures how long the server was waited for, and says when that was too long for what came.
///
/// Only time spent in waiting counts: a reader that is slow itself must not find the server guilty.
struct HTTPPace {
    private let patience: Duration
    private let fewest: Int
    private var waitedSinceBytes = Duration.zero
    private var waitedInWindow = Duration.zero
    private var bytesInWindow = 0

    init(_ request: HTTPRequest) {
        patience = request.patience
        fewest = Int(Double(request.minimumRate) * (request.patience / .seconds(1)))
    }

    /// How much longer the server may be waited for if it sends nothing.
    var rest: Duration { patience - max(waitedSinceBytes, bytesInWindow < fewest ? waitedInWindow : .zero) }

    mutating func received(_ count: Int) {
        waitedSinceBytes = .zero
        bytesInWindow += count
    }

    /// Adds a wait; true when the server was too slow.
    mutating func waited(_ time: Duration) -> Bool {
        waitedSinceBytes += time
        waitedInWindow += time
        if waitedSinceBytes >= patience { return true }
        guard waitedInWindow >= patience else { return false }
        defer { (waitedInWindow, bytesInWindow) = (.zero, 0) }
        return bytesInWindow < fewest
    }

    func tooSlow(_ request: HTTPRequest) -> HTTPError {
        .tooSlow(request.shownURL, seconds: Int(min(patience, request.timeout ?? patience) / .seconds(1)))
    }
}
