import Vocabulary

/// Writes DER (X.690 §10).
enum DERWriter {
    static func element(_ tag: DERTag, _ content: [UInt8]) -> [UInt8] {
        [tag.rawValue] + length(content.count) + content
    }

    static func element(_ tag: DERTag, _ parts: [[UInt8]]) -> [UInt8] { element(tag, parts.flatMap { $0 }) }

    /// A SET OF: its elements in ascending order of their encodings (X.690 §11.6), each once.
    static func set(_ tag: DERTag = .set, _ parts: [[UInt8]]) -> [UInt8] { element(tag, inOrder(parts)) }

    static func inOrder(_ parts: [[UInt8]]) -> [[UInt8]] {
        Set(parts).sorted { $0.lexicographicallyPrecedes($1) }
    }

    static func time(_ time: Timestamp) -> [UInt8] {
        // YYYY-MM-DDThh:mm:ssZ without its punctuation; UTCTime from 1950 to 2049 (RFC 5652 §11.3).
        let digits = time.description.utf8.filter { (48...57).contains($0) }
        let year = digits.prefix(4).reduce(0) { $0 * 10 + Int($1 - 48) }
        let letters = digits + [UInt8(ascii: "Z")]
        return (1950...2049).contains(year)
            ? element(.utcTime, Array(letters.dropFirst(2))) : element(.generalizedTime, letters)
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(count)] }
        var octets: [UInt8] = []
        var rest = count
        while rest > 0 {
            octets.insert(UInt8(rest & 0xFF), at: 0)
            rest >>= 8
        }
        return [0x80 | UInt8(octets.count)] + octets
    }
}

extension DERElement {
    /// The moment of a UTCTime or GeneralizedTime in the one form that RFC 5652 §11.3 allows; nil for anything else.
    var time: Timestamp? {
        let text = String(decoding: content, as: UTF8.self)
        let digits: String
        switch tag {
        case .utcTime where text.utf8.count == 13:
            guard let century = Int(text.prefix(2)) else { return nil }
            digits = (century < 50 ? "20" : "19") + text
        case .generalizedTime where text.utf8.count == 15: digits = text
        default: return nil
        }
        let parts = Array(digits)
        guard parts.count == 15, parts[14] == "Z" else { return nil }
        let time = Timestamp(
            String(parts[0..<4]) + "-" + String(parts[4..<6]) + "-" + String(parts[6..<8]) + "T" + String(parts[8..<10])
                + ":" + String(parts[10..<12]) + ":" + String(parts[12..<14]) + "Z")
        // A GeneralizedTime where a UTCTime would do is a second spelling of the same moment.
        guard let time, DERWriter.time(time) == Array(octets) else { return nil }
        return time
    }
}
