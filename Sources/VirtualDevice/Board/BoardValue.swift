import Hardware

/// The place where one indicator of a virtual board stands in the kernel's files, and how its value is spelled there.
struct BoardPlace: Sendable {
    let indicator: Indicator
    let path: String
    let start: Reading.Value
    /// What the file holds for a value.
    let text: @Sendable (Reading.Value) -> String
}

extension BoardPlace {
    /// A whole number of the kernel's own small unit: millidegrees, microvolts.
    static func whole(
        _ indicator: Indicator, _ path: String, start: Double, scale: Double = 1, offset: Double = 0
    ) -> BoardPlace {
        BoardPlace(indicator: indicator, path: path, start: .number(start)) { value in
            guard case .number(let number) = value else { return value.words + "\n" }
            return "\(Int64(max(-9e18, min(9e18, ((number - offset) / scale).rounded()))))\n"
        }
    }

    static func word(_ indicator: Indicator, _ path: String, start: String) -> BoardPlace {
        BoardPlace(indicator: indicator, path: path, start: .word(start)) { $0.words + "\n" }
    }
}

extension Reading.Value {
    var words: String {
        switch self {
        case .number(let number): "\(number)"
        case .word(let word): word
        }
    }

    var number: Double {
        if case .number(let number) = self { number } else { 0 }
    }
}
