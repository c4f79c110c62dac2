extension Plant {
    /// All faults that are planted: one for each promise that an order of writes keeps.
    package static let all: [Plant] = ledger + files + slots + environments + databases

    /// The fault of this name.
    package static func named(_ name: String) throws(PowerCutsError) -> Plant {
        guard let plant = all.first(where: { $0.name == name }) else {
            throw .unknownPlant(name, known: all.map(\.name))
        }
        return plant
    }

    private static let ledger = [
        Plant("ledger-flush", in: "grub-update", "the ledger's groups are not flushed") { steps in
            steps.without { $0.isFlush(of: \.isLedgerSegment) }
        },
        Plant("segment-folder", in: "ledger", "a new segment's name is not flushed") { steps in
            steps.without { $0.isFolderFlush(of: "ledger") }
        },
        Plant("dropped-flush", in: "ledger", "what is kept of dropped lines is renamed before it is flushed") { steps in
            steps.delaying(
                { $0.isFlush { $0.ownName.hasPrefix(".dropped") } },
                behind: { $0.isRename { $0.hasSuffix("dropped.json") } })
        },
        Plant("drop-early", in: "ledger", "a segment is removed before the entry that says so is flushed") { steps in
            steps.delaying(\.isDropEntryFlush, behind: { $0.isRemoval(of: \.isLedgerSegment) })
        },
    ]

    private static let files = [
        Plant("replace-flush", in: "small-file", "a file is renamed over another and never flushed") { steps in
            steps.without { $0.isFlush(of: \.isTemporary) }
        },
        Plant("replace-order", in: "device-key", "a file is renamed over another before it is flushed") { steps in
            steps.delaying({ $0.isFlush(of: \.isTemporary) }, behind: { $0.isRename { !$0.isTemporary } })
        },
        Plant("replace-folder", in: "documents", "the folder is not flushed after a renaming") { steps in
            steps.without { $0.isFolderFlush(of: "state/documents") }
        },
        Plant("in-place", in: "small-file", "a file is emptied and written again in place") { steps in
            steps.inPlace
        },
        Plant("archive-flush", in: "grub-update", "what was approved is kept without a flush") { steps in
            steps.without { $0.isFlush { $0.isTemporary && $0.hasPrefix("state/releases/") } }
        },
        Plant("folder-name", in: "grub-update", "the folder of releases is made and its name never flushed") { steps in
            steps.without { $0.isFolderFlush(of: "state") }
        },
    ]

    private static let slots = [
        Plant("slot-flush", in: "grub-update", "the slot is activated and was never flushed") { steps in
            steps.without { $0.isFlush(of: \.isSlot) }
        },
        Plant("slot-late", in: "uboot-redundant", "the loader is told before the slot is flushed") { steps in
            steps.delaying({ $0.isFlush(of: \.isSlot) }, behind: { $0.isFlush(of: \.isBootEnvironment) })
        },
        Plant("abandon-late", in: "grub-again", "the slot is written before the loader has forgotten it") { steps in
            steps.delaying(
                { $0.isWrite(to: \.isBootEnvironment) || $0.isFlush(of: \.isBootEnvironment) },
                behind: { $0.isFlush(of: \.isSlot) })
        },
        Plant("wrong-slot", in: "grub-update", "the slot that runs is written") { steps in
            steps.replacing { change in
                guard case .write("disk/b.img", let offset, let bytes) = change else { return nil }
                return [.write("disk/a.img", offset: offset, bytes: bytes), change]
            }
        },
    ]

    private static let environments = [
        Plant("environment-flush", in: "grub-update", "GRUB's environment is not flushed") { steps in
            steps.without { $0.isFlush(of: \.isBootEnvironment) }
        },
        Plant(
            "environment-truncated", in: "grub-failing", "the environment is emptied and written, as grub-editenv does"
        ) {
            steps in
            steps.replacing { change in
                guard case .write("disk/grubenv", 0, let sector) = change else { return nil }
                let rest = [UInt8](repeating: UInt8(ascii: "#"), count: 1024 - sector.count)
                return [.truncate("disk/grubenv", size: 0), .write("disk/grubenv", offset: 0, bytes: sector + rest)]
            }
        },
    ]

    private static let databases = [
        Plant("database-flush", in: "database", "commits do not flush their log (synchronous=OFF)") { steps in
            steps.without { $0.isFlush { $0.hasSuffix("-wal") } }
        },
        Plant("database-log", in: "database", "the log is removed before the database is flushed") { steps in
            steps.without { $0.isFlush { $0.hasSuffix("state.db") } }
        },
        Plant("offer-flush", in: "grub-update", "an offer is answered before it is durable") { steps in
            steps.without { $0.isFlush { $0 == "state/state.db-wal" } }
        },
        Plant("queue-flush", in: "heartbeats", "what waits to be sent is not flushed") { steps in
            steps.without { $0.isFlush { $0.hasSuffix("heartbeats.db-wal") } }
        },
    ]
}

extension Change {
    /// Not the flush itself is told by its content: it follows the write of the group that holds the entry.
    fileprivate var isDropEntryFlush: Bool { isFlush(of: \.isLedgerSegment) }
}

extension [Recording.Step] {
    /// Each replacing of a file, by a temporary one beside it, as a change of the file itself.
    fileprivate var inPlace: [Recording.Step] {
        var known: Set<String> = []
        return replacing { change in
            switch change {
            case .create(let name) where name.isTemporary:
                let target = name.target
                return known.insert(target).inserted ? [.create(target)] : [.truncate(target, size: 0)]
            case .write(let name, let offset, let bytes) where name.isTemporary:
                return [.write(name.target, offset: offset, bytes: bytes)]
            case .flush(let name) where name.isTemporary: return [.flush(name.target)]
            case .rename(let name, _) where name.isTemporary: return []
            default: return nil
            }
        }
    }
}

extension String {
    /// What a temporary file is renamed to.
    fileprivate var target: String { "\(parentName)/\(ownName.dropFirst().dropLast(4))" }
}
