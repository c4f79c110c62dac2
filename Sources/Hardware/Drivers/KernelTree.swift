import Platform
import SystemPackage

/// The kernel's files below a root, read one after the other on one thread.
///
/// Paths are the machine's (`/sys/…`), also in messages; where the root really is only this knows.
struct KernelTree: Sendable {
    /// How long a device's place is believed: modules are loaded and adapters pulled while we run.
    static let lifetime: UInt64 = 60_000_000_000
    /// How soon the places are looked up again because something was not where it had been.
    static let patience: UInt64 = 5_000_000_000

    private let prefix: String
    private var buffer = [UInt8](repeating: 0, count: KernelFile.limit + 1)
    var devices: [DeviceClass: DeviceTable] = [:]

    init(root: FilePath) {
        let resolved = FileIdentity.resolve(root).string
        prefix = resolved == "/" ? "" : resolved
    }

    /// Where a path of the machine's is for us.
    func located(_ path: String) -> String { prefix + path }

    /// A whole attribute, without the white space around it.
    private mutating func content(_ path: String) throws(Lack) -> ArraySlice<UInt8> {
        let length: Int?
        do throws(Errno) { length = try KernelFile.read(prefix + path, into: &buffer) } catch {
            throw Lack(error, path)
        }
        guard let length else { throw .unreadable("more than \(KernelFile.limit) bytes (\(path))") }
        var bytes = buffer[..<length]
        // Strings of the devicetree end with a zero byte.
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        guard !bytes.isEmpty else { throw .unreadable("nothing (\(path))") }
        return bytes
    }

    /// The number that an attribute holds, whole or decimal.
    mutating func number(_ path: String) throws(Lack) -> Double {
        let bytes = try content(path)
        guard let number = Self.number(in: bytes) else {
            throw .unreadable("'\(Self.excerpt(bytes))' is not a number (\(path))")
        }
        try Self.refuseSentinel(number, path)
        return number
    }

    /// The attribute's first number of several, in decimal or, after `0x`, in hexadecimal.
    mutating func numbers(_ path: String) throws(Lack) -> [Double] {
        let bytes = try content(path)
        var numbers: [Double] = []
        for word in bytes.split(whereSeparator: { $0 <= 0x20 }) {
            if word.starts(with: Array("0x".utf8)) {
                guard let number = UInt64(String(decoding: word.dropFirst(2), as: UTF8.self), radix: 16) else { break }
                numbers.append(Double(number))
            } else {
                guard let number = Self.number(in: word) else { break }
                numbers.append(number)
            }
        }
        guard !numbers.isEmpty else { throw .unreadable("'\(Self.excerpt(bytes))' is not a number (\(path))") }
        return numbers
    }

    /// One line of printable text of at most 64 bytes.
    mutating func word(_ path: String) throws(Lack) -> String {
        let text = try text(path)
        guard text.utf8.count <= 64, !text.contains(where: \.isNewline) else {
            throw .unreadable("\(text.utf8.count) bytes of text, not a word (\(path))")
        }
        return text
    }

    /// Printable text of any number of lines.
    mutating func text(_ path: String) throws(Lack) -> String {
        let bytes = try content(path)
        guard let text = String(validating: bytes, as: UTF8.self),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" || $0 == "\t" })
        else { throw .unreadable("bytes that are no text (\(path))") }
        return text
    }

    /// Strings that end with a zero byte each, as the devicetree has them.
    mutating func strings(_ path: String) throws(Lack) -> [String] {
        try content(path).split(separator: 0).compactMap { String(validating: $0, as: UTF8.self) }
    }

    /// The sorted names in a folder; empty where there is none.
    func names(in folder: String) -> [String] {
        (try? Storage().names(in: FilePath(prefix + folder))) ?? []
    }

    func has(_ path: String) -> Bool { Storage().exists(FilePath(prefix + path)) }

    /// Where a path leads when its links are followed; the path itself where that is nowhere in this tree.
    func resolved(_ path: String) -> String {
        let target = FileIdentity.resolve(FilePath(prefix + path)).string
        guard target.hasPrefix(prefix + "/") else { return path }
        return String(target.dropFirst(prefix.count))
    }

    /// The smallest 32-bit and 64-bit numbers are what drivers hold for "no value".
    private static func refuseSentinel(_ number: Double, _ path: String) throws(Lack) {
        if number == Double(Int32.min) || number == Double(Int64.min) {
            throw .implausible("\(number.plain) stands for no value (\(path))")
        }
    }

    /// Reads decimal digits with a sign and a point; no exponent, no `nan`: no driver writes them.
    private static func number(in bytes: ArraySlice<UInt8>) -> Double? {
        var digits = bytes
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard (1...40).contains(digits.count) else { return nil }
        var whole: UInt64 = 0
        for byte in digits {
            guard byte >= 48, byte <= 57, digits.count <= 18 else { return decimal(digits, isNegative: isNegative) }
            whole = whole * 10 + UInt64(byte - 48)
        }
        return isNegative ? -Double(whole) : Double(whole)
    }

    private static func decimal(_ digits: ArraySlice<UInt8>, isNegative: Bool) -> Double? {
        let allowed = digits.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
        guard allowed, digits.contains(where: { (48...57).contains($0) }),
            let number = Double(String(decoding: digits, as: UTF8.self))
        else { return nil }
        return isNegative ? -number : number
    }

    /// The beginning of what came, as text that a record can hold.
    private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(32), as: UTF8.self)
        let shown = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
        return String(String.UnicodeScalarView(shown)) + (bytes.count > 32 ? "…" : "")
    }
}
