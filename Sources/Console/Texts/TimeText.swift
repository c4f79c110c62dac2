/// Lengths of time as people say them.
package enum TimeText {
    /// Such as `45 s`, `4 min 30 s`, `2 h 5 min`.
    package static func length(_ seconds: Int64) -> String {
        let seconds = max(0, seconds)
        switch seconds {
        case 0..<60: return "\(seconds) s"
        case 60..<3600: return "\(seconds / 60) min" + (seconds % 60 == 0 ? "" : " \(seconds % 60) s")
        default: return "\(seconds / 3600) h" + (seconds / 60 % 60 == 0 ? "" : " \(seconds / 60 % 60) min")
        }
    }
}
