package import Documents

/// The steps from the device's plug to its endpoints, each with what to tell the hospital's IT.
package enum NetworkText {
    package static func steps(_ answer: JSON, width: Int = TextLayout.standardWidth) -> String {
        var lines: [String] = []
        for (number, step) in (answer["steps"]?.array ?? []).enumerated() {
            let verdict = step["verdict"]?.string ?? "unknown"
            let mark = verdict == "bad" ? "BAD" : verdict
            let head = "\(number + 1). \(step["step"]?.string ?? ""): \(mark). \(step["found"]?.string ?? "")"
            lines += TextLayout.wrapped(head, width: width, hanging: 3)
            if let tell = step["tell"]?.string, !tell.isEmpty {
                lines += TextLayout.wrapped("   Tell IT: \(tell)", width: width, hanging: 12)
            }
        }
        if lines.isEmpty { lines = ["No step was taken."] }
        return lines.map { $0 + "\n" }.joined()
    }
}
