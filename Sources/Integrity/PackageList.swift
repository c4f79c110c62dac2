package import Platform
package import SystemPackage
import Vocabulary

/// What dpkg's status file says is on the disk (deb-control(5), dpkg-query(1) `db:Status-Status`).
package enum PackageList {
    private static let sizeLimit = 32 << 20
    /// States in which nothing of a package is there.
    private static let absent: Set<Substring> = ["not-installed", "config-files"]

    /// One item for each package: `curl:amd64` and its version, with its state where that is not `installed`.
    package static func items(_ file: FilePath, storage: Storage) throws(IntegrityError) -> [Item] {
        let bytes: [UInt8]
        do { bytes = try storage.read(file, limit: sizeLimit) } catch { throw .cannotRead(error) }
        return try items(in: bytes, of: file)
    }

    package static func items(in bytes: [UInt8], of file: FilePath) throws(IntegrityError) -> [Item] {
        var items: [Item] = []
        var names: Set<String> = []
        var stanza: [String: Substring] = [:]
        func end(at line: Int) throws(IntegrityError) {
            defer { stanza = [:] }
            guard !stanza.isEmpty, let item = try item(stanza, file, line) else { return }
            guard names.insert(item.subject.name).inserted else {
                throw .packages(file, line: line, reason: "names '\(item.subject.name)' a second time")
            }
            guard items.count < IntegrityPlan.itemLimit else {
                throw .packages(file, line: line, reason: "is beyond the first \(IntegrityPlan.itemLimit) packages")
            }
            items.append(item)
        }
        var number = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            guard let first = line.first else {
                try end(at: number)
                continue
            }
            // A line that goes on with the field before; none of those that are read here does.
            if first == 0x20 || first == 0x09 { continue }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw .packages(file, line: number, reason: "is no field")
            }
            let name = String(decoding: line[..<colon], as: UTF8.self)
            guard ["Package", "Status", "Architecture", "Version"].contains(name) else { continue }
            let value = String(decoding: line[line.index(after: colon)...], as: UTF8.self)
            stanza[name] = value.drop { $0 == " " || $0 == "\t" }
        }
        try end(at: number)
        return items
    }

    private static func item(
        _ stanza: [String: Substring], _ file: FilePath, _ line: Int
    ) throws(IntegrityError) -> Item? {
        let status = stanza["Status"]?.split(separator: " ") ?? []
        guard let name = stanza["Package"], status.count == 3 else {
            throw .packages(file, line: line, reason: "ends a package without its name or its status")
        }
        guard !absent.contains(status[2]) else { return nil }
        guard let version = stanza["Version"], isPlain(name), isPlain(version), isPlain(stanza["Architecture"] ?? "")
        else { throw .packages(file, line: line, reason: "ends a package whose name or version is malformed") }
        let state = status[2] == "installed" ? "" : " (\(String(status[2]).printable(limit: 32)))"
        let subject = stanza["Architecture"].map { "\(name):\($0)" } ?? String(name)
        return Item(Subject(.package, subject), Fingerprint(.package, text: version + state))
    }

    /// The characters of names, versions and architectures (deb-version(7)).
    private static func isPlain(_ text: Substring) -> Bool {
        text.utf8.count <= 256
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "+-.:~".utf8.contains(byte)
            }
    }
}
