extension BoardProfile.StorageDevice: ReadablePart {
    var group: String { "storage \(device)" }

    func origin(of word: StorageQuantity) -> String { "\(kind.rawValue) \(device) \(word.attribute)" }

    func plausible(_ word: StorageQuantity) -> ClosedRange<Double>? {
        [.lifeUsed, .lifeUsedA, .lifeUsedB].contains(word) ? 0...110 : nil
    }

    /// The folder of the disk, wherever a link below `/dev` leads now.
    func folder(_ tree: KernelTree) throws(Lack) -> String {
        guard device.hasPrefix("/dev/") else { return "/sys/class/block/\(device)" }
        guard tree.has(device), let name = tree.resolved(device).split(separator: "/").last else { throw .absent }
        return "/sys/class/block/\(name)"
    }

    func value(_ quantity: StorageQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        let folder = try folder(tree)
        switch quantity {
        case .lifeUsed, .lifeUsedA, .lifeUsedB: return .number(try life(quantity, "\(folder)/device", &tree))
        case .endOfLife: return .word(try endOfLife("\(folder)/device", &tree))
        case .state: return .word(try tree.word("\(controller(folder, tree))/state"))
        case .temperature: return .number(try temperature(controller(folder, tree), &tree))
        case .ioErrors: return .number(try tree.numbers("\(folder)/device/ioerr_cnt")[0])
        // Sectors of 512 bytes, whatever those of the disk are (kernel: Documentation/block/stat.rst).
        case .size: return .number(try tree.number("\(folder)/size") * 512)
        case .isReadOnly: return .number(try tree.number("\(folder)/ro"))
        case .reads: return .number(try count(0, folder, &tree))
        case .bytesRead: return .number(try count(2, folder, &tree) * 512)
        case .writes: return .number(try count(4, folder, &tree))
        case .bytesWritten: return .number(try count(6, folder, &tree) * 512)
        case .inFlight: return .number(try count(8, folder, &tree))
        case .busy: return .number(try count(9, folder, &tree) / 1000)
        }
    }

    private func count(_ field: Int, _ folder: String, _ tree: inout KernelTree) throws(Lack) -> Double {
        let fields = try tree.numbers("\(folder)/stat")
        guard field < fields.count else { throw .unreadable("\(fields.count) numbers (\(folder)/stat)") }
        return fields[field]
    }

    /// DEVICE_LIFE_TIME_EST_TYP_A and _B (JEDEC JESD84-B51 §7.4): 1 is up to 10 % used, 10 up to 100 %, 11 beyond.
    private func life(
        _ quantity: StorageQuantity, _ device: String, _ tree: inout KernelTree
    ) throws(Lack) -> Double {
        let estimates = try tree.numbers("\(device)/life_time")
        guard estimates.count == 2 else { throw .unreadable("\(estimates.count) numbers, not 2 (\(device)/life_time)") }
        let estimate =
            switch quantity {
            case .lifeUsedA: estimates[0]
            case .lifeUsedB: estimates[1]
            default: max(estimates[0], estimates[1])
            }
        guard estimate != 0 else { throw .unreadable("0, which says that it is not known (\(device)/life_time)") }
        guard (1...11).contains(estimate) else {
            throw .implausible("\(estimate.plain), beyond 11 (\(device)/life_time)")
        }
        return estimate * 10
    }

    /// PRE_EOL_INFO (JEDEC JESD84-B51 §7.4).
    private func endOfLife(_ device: String, _ tree: inout KernelTree) throws(Lack) -> String {
        switch try tree.numbers("\(device)/pre_eol_info")[0] {
        case 0: throw .unreadable("0, which says that it is not known (\(device)/pre_eol_info)")
        case 1: return "normal"
        case 2: return "warning"
        case 3: return "urgent"
        case let other: throw .implausible("\(other.plain), beyond 3 (\(device)/pre_eol_info)")
        }
    }

    /// The device that has the disk's state: of NVMe with several paths, the first controller below the subsystem.
    func controller(_ folder: String, _ tree: KernelTree) -> String {
        let device = "\(folder)/device"
        guard kind == .nvme, !tree.has("\(device)/state") else { return device }
        let controllers = tree.names(in: device).filter { name in
            name.hasPrefix("nvme") && !name.contains("n", after: "nvme") && !name.contains("-")
        }
        return controllers.first.map { "\(device)/\($0)" } ?? device
    }

    /// The controller's own hwmon chip, directly below it or in a folder of its own.
    private func temperature(_ controller: String, _ tree: inout KernelTree) throws(Lack) -> Double {
        for folder in [controller, "\(controller)/hwmon"] {
            for name in tree.names(in: folder) where name.hasPrefix("hwmon") && name != "hwmon" {
                return try tree.number("\(folder)/\(name)/temp1_input") / 1000
            }
        }
        throw .absent
    }
}

extension StorageQuantity {
    fileprivate var attribute: String {
        switch self {
        case .lifeUsed, .lifeUsedA, .lifeUsedB: "life_time"
        case .endOfLife: "pre_eol_info"
        case .state: "state"
        case .temperature: "hwmon temp1"
        case .ioErrors: "ioerr_cnt"
        case .size: "size"
        case .isReadOnly: "ro"
        case .reads, .writes, .bytesRead, .bytesWritten, .inFlight, .busy: "stat"
        }
    }
}

extension String {
    fileprivate func contains(_ letter: Character, after prefix: String) -> Bool {
        dropFirst(prefix.count).contains(letter)
    }
}
