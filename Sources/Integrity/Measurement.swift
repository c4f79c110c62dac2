package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// All that was measured at one time, in the order of subjects, and what could not be.
package struct Measurement: Sendable, Equatable {
    /// So many problems of single items are kept by name; the rest is counted.
    package static let problemLimit = 32

    package let items: [Item]
    package let problems: [Problem]
    /// How many problems there were in all.
    package let problemCount: Int
    /// How many bytes of content were read.
    package let bytes: UInt64

    /// Something that could not be measured: neither drift nor silence.
    package struct Problem: Hashable, Sendable {
        /// How much of what was expected it leaves open.
        package enum Scope: String, Sendable {
            case item, below, packages
        }

        package let subject: Subject
        package let scope: Scope
        package let reason: String

        package init(_ subject: Subject, _ scope: Scope = .item, reason: String) {
            self.subject = subject
            self.scope = scope
            self.reason = reason
        }

        /// Whether nothing can be said of `other` because of this.
        func covers(_ other: Subject) -> Bool {
            switch scope {
            case .item: other == subject
            case .below: other == subject || (other.kind == .file && other.name.hasPrefix(subject.name + "/"))
            case .packages: other.kind == .package
            }
        }

        package var json: JSON {
            ["subject": .string(subject.description.printable(limit: 512)), "reason": .string(reason)]
        }
    }

    package init(items: [Item], problems: [Problem] = [], problemCount: Int? = nil, bytes: UInt64 = 0) {
        self.items = items.sorted { $0.subject < $1.subject }
        self.problems = problems
        self.problemCount = problemCount ?? problems.count
        self.bytes = bytes
    }

    /// SHA-256 over one line for each item, in order, each with a line feed: what a signed document accepts.
    package var digest: Digest {
        let computation = SHA256()
        for item in items { computation.update(item.line + [0x0A]) }
        return computation.finish()
    }

    /// The lines that `digest` is over, as a file.
    package var lines: [UInt8] { items.flatMap { $0.line + [0x0A] } }

    /// Reads what `lines` wrote; nil where nothing was kept.
    package static func read(_ file: FilePath, storage: Storage) throws(IntegrityError) -> Measurement? {
        guard storage.exists(file) else { return nil }
        let bytes: [UInt8]
        do { bytes = try storage.read(file, limit: 64 << 20) } catch { throw .cannotRead(error) }
        var items: [Item] = []
        for line in bytes.split(separator: 0x0A) {
            guard items.count < IntegrityPlan.itemLimit + 1024, let item = Item(line: line) else {
                throw .damagedRecord(file, line: items.count + 1)
            }
            items.append(item)
        }
        return Measurement(items: items)
    }

    package subscript(subject: Subject) -> Fingerprint? {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].subject < subject { low = middle + 1 } else { high = middle }
        }
        return low < items.count && items[low].subject == subject ? items[low].fingerprint : nil
    }
}
