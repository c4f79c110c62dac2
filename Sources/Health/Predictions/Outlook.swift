/// What can be said about the end of a part's life.
package enum Outlook: Sendable, Equatable {
    /// Too little was seen, for this reason.
    case notYetKnown(reason: String)
    /// Enough was seen, and nothing in it moves towards the end.
    case steady
    /// The end is further away than can be said from what was seen: at least so many days.
    case beyond(days: Double)
    /// So many days are left; between `earliest` and `latest` days with 95 % certainty, no latest where it may never come.
    case left(days: Double, earliest: Double, latest: Double?)
    /// The end was reached.
    case reached

    /// The days that limits are held against; nil where nothing is known.
    ///
    /// What is beyond sight warns nobody.
    package var days: Double? {
        switch self {
        case .notYetKnown: nil
        case .steady, .beyond: .infinity
        case .left(let days, _, _): days
        case .reached: 0
        }
    }
}
