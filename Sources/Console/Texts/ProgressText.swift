package import Documents
import Vocabulary

/// How far long work is, from the `progress` member of a status.
package enum ProgressText {
    private static let names = ["writing": "writing", "reading-back": "reading back", "checking": "checking"]

    /// Such as `writing 12 MiB of 768 MiB, 3.1 MiB/s, 4 min left`; nil where nothing is measured.
    package static func text(_ progress: JSON?) -> String? {
        guard let progress, share(progress) != nil, let phase = progress["phase"]?.string,
            let done = progress["done"]?.integer, let total = progress["total"]?.integer
        else { return nil }
        var text = "\(names[phase] ?? phase) \(size(done)) of \(size(total))"
        if let rate = progress["bytesPerSecond"]?.integer, rate > 0 { text += ", \(size(rate))/s" }
        if let left = progress["secondsLeft"]?.integer { text += ", \(TimeText.length(left)) left" }
        return text
    }

    /// Whole percents; nil where nothing is measured.
    package static func share(_ progress: JSON?) -> Int64? {
        guard let done = progress?["done"]?.integer, let total = progress?["total"]?.integer, total > 0 else {
            return nil
        }
        return Int64(Double(min(max(0, done), total)) * 100 / Double(total))
    }

    /// Such as `[######..................]`.
    package static func bar(_ share: Int64) -> String {
        let width = 24
        let full = Int(min(max(0, share), 100)) * width / 100
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
    }

    private static func size(_ bytes: Int64) -> ByteCount { ByteCount(UInt64(clamping: bytes)) }
}
