package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// The table `[boot]` of a device's configuration: which loader it has, and where that keeps its variables.
package struct BootConfiguration: Equatable, Sendable {
    package enum Loader: Equatable, Sendable {
        case grub(environment: FilePath)
        case uboot(UBootEnvironment.Copies)
    }

    /// What fits in the first sector of GRUB's environment block.
    package static let slotSetCounts = 2...4
    /// What is one digit in both loaders.
    package static let attemptCounts = 1...9

    package let loader: Loader
    package let slotSets: [SlotSet]
    package let attempts: Int

    package init(loader: Loader, slotSets: [SlotSet], attempts: Int = 3) {
        self.loader = loader
        self.slotSets = slotSets
        self.attempts = attempts
    }

    /// Reads the table: `loader`, `environment`, `slot-sets`, and `attempts` if they are not 3.
    package init(_ fields: Fields) throws(DocumentError) {
        var fields = fields
        var sets: [SlotSet] = []
        for name in try fields.strings("slot-sets", limit: Self.slotSetCounts.upperBound) {
            guard let set = SlotSet(name), !sets.contains(set) else {
                throw fields.refuse("slot-sets", "names '\(name)', which is no new name of 1 to 16 letters and digits")
            }
            sets.append(set)
        }
        guard Self.slotSetCounts.contains(sets.count) else {
            throw fields.refuse("slot-sets", "has \(sets.count) elements instead of 2 to 4")
        }
        slotSets = sets
        let range = Int64(Self.attemptCounts.lowerBound)...Int64(Self.attemptCounts.upperBound)
        attempts = Int(try fields.integer("attempts", default: 3, in: range))
        switch try fields.string("loader") {
        case "grub": loader = .grub(environment: try Self.path("environment", in: &fields))
        case "uboot": loader = .uboot(try Self.copies(in: &fields))
        case let name: throw fields.refuse("loader", "is '\(name)' instead of 'grub' or 'uboot'")
        }
        try fields.done()
    }

    package func control(storage: Storage) -> any BootControl {
        switch loader {
        case .grub(let path): grub(path, storage)
        case .uboot(let copies): uboot(copies, storage)
        }
    }

    /// Makes the environment of a new device whose set `confirmed` holds the only system, in place of what is there.
    package func createEnvironment(confirmed: SlotSet, storage: Storage) throws(BootControlError) {
        switch loader {
        case .grub(let path): try grub(path, storage).create(confirmed: confirmed)
        case .uboot(let copies): try uboot(copies, storage).create(confirmed: confirmed)
        }
    }

    /// Does what this device's boot loader does: see `BootLoader.start`.
    package func start(storage: Storage, _ load: (SlotSet) -> Bool) -> SlotSet? {
        switch loader {
        case .grub(let path): BootLoader(grub(path, storage)).start(load)
        case .uboot(let copies): BootLoader(uboot(copies, storage)).start(load)
        }
    }

    private func grub(_ path: FilePath, _ storage: Storage) -> GRUBBootControl {
        GRUBBootControl(environment: path, slotSets: slotSets, attempts: attempts, storage: storage)
    }

    private func uboot(_ copies: UBootEnvironment.Copies, _ storage: Storage) -> UBootBootControl {
        UBootBootControl(copies: copies, slotSets: slotSets, attempts: attempts, storage: storage)
    }

    private static func path(_ key: String, in fields: inout Fields) throws(DocumentError) -> FilePath {
        let path = FilePath(try fields.string(key, limit: 1024))
        guard path.isAbsolute else { throw fields.refuse(key, "is not an absolute path") }
        return path
    }

    private static func copies(in fields: inout Fields) throws(DocumentError) -> UBootEnvironment.Copies {
        var copies: [UBootEnvironment.Copy] = []
        for (value, path) in try fields.list("environment", limit: 2) {
            copies.append(try copy(Fields(value, at: path)))
        }
        guard let first = copies.first else { throw fields.refuse("environment", "is empty") }
        guard let second = copies.dropFirst().first else { return .single(first) }
        guard first.size == second.size else { throw fields.refuse("environment", "has copies of two sizes") }
        let distance = first.offset > second.offset ? first.offset - second.offset : second.offset - first.offset
        guard first.path != second.path || distance >= first.size else {
            throw fields.refuse("environment", "has copies that overlap")
        }
        return .redundant(first, second)
    }

    private static func copy(_ fields: Fields) throws(DocumentError) -> UBootEnvironment.Copy {
        var fields = fields
        let path = try path("path", in: &fields)
        // Flash must be erased before it is written and may have bad blocks, and its environment flags count otherwise.
        guard !path.string.hasPrefix("/dev/mtd"), !path.string.hasPrefix("/dev/ubi") else {
            throw fields.refuse("path", "is raw flash: only files and block devices can be written in place")
        }
        let offset = UInt64(try fields.integer("offset", default: 0, in: 0...1 << 50))
        let size = Int(try fields.integer("size", in: 512...1 << 20))
        try fields.done()
        return UBootEnvironment.Copy(path: path, offset: offset, size: size)
    }
}
