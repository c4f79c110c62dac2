/// Writes TOML in the order in which it is told, with comments.
struct ProfileText {
    private(set) var text = ""

    mutating func comment(_ line: String) { text += line.isEmpty ? "#\n" : "# \(line)\n" }

    mutating func header(_ name: String, note: String? = nil) {
        text += "\n"
        if let note { comment(note) }
        text += name + "\n"
    }

    mutating func pair(_ key: String, _ value: String) { text += "\(key) = \(Self.quoted(value))\n" }
    mutating func pair(_ key: String, _ value: Int) { text += "\(key) = \(value)\n" }

    mutating func pair(_ key: String, _ values: [String]) {
        let line = "\(key) = [" + values.map(Self.quoted).joined(separator: ", ") + "]\n"
        guard line.count > 120 else {
            text += line
            return
        }
        text += "\(key) = [\n" + values.map { "    \(Self.quoted($0)),\n" }.joined() + "]\n"
    }

    /// A basic string (toml.io/en/v1.0.0, "String").
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// Gives each part of a profile a name that no other has.
struct PartNames {
    private var taken: Set<String> = []

    /// The words as a name of a profile: lower case, with hyphens between what is no letter or digit.
    mutating func name(_ words: String...) -> String {
        let parts = words.map { word in
            word.lowercased().split { !("a"..."z").contains($0) && !("0"..."9").contains($0) }.joined(separator: "-")
        }
        let name = parts.filter { !$0.isEmpty }.joined(separator: ".")
        let stem = name.isEmpty ? "part" : String(name.prefix(56).reversed().drop { $0 == "-" || $0 == "." }.reversed())
        var number = 1
        while !taken.insert(number == 1 ? stem : "\(stem)-\(number)").inserted { number += 1 }
        return number == 1 ? stem : "\(stem)-\(number)"
    }

    mutating func reserve(_ name: String) { taken.insert(name) }
}
