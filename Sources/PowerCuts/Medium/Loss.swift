import TestSupport

/// What a power cut does with everything that no flush has made durable.
package enum Loss: Hashable, Sendable {
    /// All of it is on the medium; the change under way is not.
    case kept
    /// Nothing of it is.
    case lost
    /// Names and sizes are, no data: what grew is zeros.
    case hollow
    /// Names are, neither sizes nor data.
    case named
    /// Sizes and data are, no names.
    case nameless
    /// All of it, and of the write under way this many sectors.
    case torn(sectors: Int)
    /// The seed decides for every sector, every size and every name; also for the change under way.
    case seeded(UInt64)

    /// As a case's name has it, between its cut and its end: `torn:3`.
    package var text: String {
        switch self {
        case .kept: "kept:0"
        case .lost: "lost:0"
        case .hollow: "hollow:0"
        case .named: "named:0"
        case .nameless: "nameless:0"
        case .torn(let sectors): "torn:\(sectors)"
        case .seeded(let seed): "seeded:\(seed)"
        }
    }

    package init?(_ word: some StringProtocol, _ number: UInt64) {
        switch word {
        case "kept": self = .kept
        case "lost": self = .lost
        case "hollow": self = .hollow
        case "named": self = .named
        case "nameless": self = .nameless
        case "torn": self = .torn(sectors: Int(number))
        case "seeded": self = .seeded(number)
        default: return nil
        }
    }

    /// The most places at which one write is torn; a longer one is torn at as many, evenly spread.
    static let tears = 8

    /// Every loss that is tried at a cut before `change`, without the seeded ones.
    package static func all(before change: Change?) -> [Loss] {
        var all: [Loss] = [.kept, .lost, .hollow, .named, .nameless]
        guard case .write(_, let offset, let bytes)? = change else { return all }
        let sectors = Medium.sectors(offset, bytes.count)
        guard sectors.count > 1 else { return all }
        let places = min(tears, sectors.count - 1)
        all += Set((1...places).map { $0 * (sectors.count - 1) / places }).sorted().map { .torn(sectors: $0) }
        return all
    }
}

extension Medium {
    static func sectors(_ offset: Int, _ count: Int) -> Range<Int> {
        offset / sector..<(offset + max(count, 1) - 1) / sector + 1
    }

    /// What is there when the power comes back: the changes so far, and `change` if it was under way.
    package func content(_ loss: Loss, _ change: Change? = nil) -> MediumContent {
        switch loss {
        case .kept: return content(names: .all) { $0.now }
        case .lost: return content(names: .none) { $0.durable }
        case .nameless: return content(names: .none) { $0.now }
        case .named: return content(names: .all) { $0.durable }
        case .hollow:
            return content(names: .all) { file in
                var bytes = file.durable
                bytes.resize(to: file.now.count)
                return bytes
            }
        case .torn(let sectors):
            guard case .write(let name, let offset, let bytes)? = change else { return content(.kept) }
            let end = min((offset / Self.sector + sectors) * Self.sector - offset, bytes.count)
            var torn = self
            try? torn.make(.write(name, offset: offset, bytes: Array(bytes[..<max(end, 0)])))
            return torn.content(.kept)
        case .seeded(let seed):
            var under = self
            if let change, !change.isFlush { try? under.make(change) }
            var dice = Dice(seed: seed)
            return under.content(names: .chosen(by: &dice)) { $0.content(by: &dice) }
        }
    }

    /// Which of the names that no flush made durable are there.
    enum Names {
        case all
        case none
        /// The first changes of all folders, in their order: a journal that was written so far.
        case first(Int)
        /// Any of them: file systems that keep no order.
        case any(Dice)

        static func chosen(by dice: inout Dice) -> Names {
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: .all
            case 1: .none
            case 2: .first(Int.random(in: 0..<1 << 30, using: &dice))
            default: .any(Dice(seed: dice.next()))
            }
        }
    }

    private func content(names: Names, _ bytes: (File) -> [UInt8]) -> MediumContent {
        var content = MediumContent()
        var names = names
        if case .first(let number) = names {
            let pending = folders.values.flatMap { $0.pending.map(\.number) }.sorted()
            names = .first(pending.isEmpty ? 0 : (pending + [changes + 1])[number % (pending.count + 1)])
        }
        walk(0, "", &names, bytes, &content)
        return content
    }

    private func walk(
        _ node: Int, _ path: String, _ names: inout Names, _ bytes: (File) -> [UInt8], _ content: inout MediumContent
    ) {
        guard let folder = folders[node] else { return }
        for (name, child) in folder.names(&names).sorted(by: { $0.key < $1.key }) {
            let name = path.isEmpty ? name : "\(path)/\(name)"
            if let file = files[child] {
                content.files[name] = file.isClean ? file.durable : bytes(file)
            } else {
                content.folders.insert(name)
                walk(child, name, &names, bytes, &content)
            }
        }
    }
}

extension Medium.Folder {
    func names(_ choice: inout Medium.Names) -> [String: Int] {
        switch choice {
        case .all: return now
        case .none: return durable
        case .first(let end): return pending.filter { $0.number < end }.reduce(into: durable) { $1.apply(to: &$0) }
        case .any(var dice):
            let chosen = pending.filter { _ in Bool.random(using: &dice) }
            choice = .any(dice)
            return chosen.reduce(into: durable) { $1.apply(to: &$0) }
        }
    }
}

extension Medium.NameChange {
    func apply(to names: inout [String: Int]) {
        for (name, node) in self.names { names[name] = node }
    }
}

extension Medium.File {
    /// One of the contents that this file may have: each sector as it was at any moment since the last flush, and any size it had.
    func content(by dice: inout Dice) -> [UInt8] {
        let mode = Int.random(in: 0..<4, using: &dice)
        if mode == 0 { return now }
        if mode == 1 { return durable }
        var content = durable
        let size = mode == 2 ? now.count : ([durable.count] + sizes).randomElement(using: &dice) ?? now.count
        content.resize(to: max(size, writes.map(\.end).max() ?? 0))
        // Of a sector that was written more than once the later writes may be missing, never the earlier ones alone.
        var halted: Set<Int> = []
        for write in writes {
            guard !write.isCut else {
                if Bool.random(using: &dice) { content.put(write) }
                continue
            }
            for sector in Medium.sectors(write.offset, write.bytes.count) where !halted.contains(sector) {
                guard Bool.random(using: &dice) else {
                    halted.insert(sector)
                    continue
                }
                let start = max(write.offset, sector * Medium.sector)
                let end = min(write.end, (sector + 1) * Medium.sector)
                content.replaceSubrange(start..<end, with: write.bytes[start - write.offset..<end - write.offset])
            }
        }
        content.resize(to: size)
        return content
    }
}

extension Change {
    var isFlush: Bool {
        switch self {
        case .flush, .flushFolder: true
        default: false
        }
    }
}
