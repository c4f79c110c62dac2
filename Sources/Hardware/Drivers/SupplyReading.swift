// Documentation/ABI/testing/sysfs-class-power: microvolts, microamperes, microwatts, µAh, µWh, tenths of degrees.
extension BoardProfile.Supply: ReadablePart {
    private var folder: String { "/sys/class/power_supply/\(device)" }
    var group: String { folder }

    func origin(of word: SupplyQuantity) -> String { "\(folder)/\(word.attribute)" }

    /// A worn cell that was measured anew can hold a little more than its design says.
    func plausible(_ word: SupplyQuantity) -> ClosedRange<Double>? { word == .condition ? 0...150 : nil }

    func value(_ quantity: SupplyQuantity, _ tree: inout KernelTree) throws(Lack) -> Reading.Value {
        // Some drivers go on to give the last numbers, or zeros, of a battery that was taken out.
        if quantity != .present, quantity != .online, tree.has("\(folder)/present"),
            try tree.number("\(folder)/present") == 0
        {
            throw .absent
        }
        return switch quantity {
        case .status, .health, .levelName: .word(try tree.word("\(folder)/\(quantity.attribute)"))
        case .condition: .number(try condition(&tree))
        case .cycles: .number(try cycles(&tree))
        default: .number(try tree.number("\(folder)/\(quantity.attribute)") * quantity.scale)
        }
    }

    private func condition(_ tree: inout KernelTree) throws(Lack) -> Double {
        let measure = tree.has("\(folder)/energy_full_design") ? "energy" : "charge"
        let design = try tree.number("\(folder)/\(measure)_full_design")
        guard design > 0 else { throw .unreadable("\(design.plain) (\(folder)/\(measure)_full_design)") }
        return try tree.number("\(folder)/\(measure)_full") / design * 100
    }

    private func cycles(_ tree: inout KernelTree) throws(Lack) -> Double {
        let count = try tree.number("\(folder)/cycle_count")
        guard count != 0 else { throw .unreadable("0, which says that they are not counted (\(folder)/cycle_count)") }
        return count
    }
}

extension SupplyQuantity {
    fileprivate var attribute: String {
        switch self {
        case .status: "status"
        case .health: "health"
        case .present: "present"
        case .online: "online"
        case .level: "capacity"
        case .levelName: "capacity_level"
        case .condition: "energy_full"
        case .cycles: "cycle_count"
        case .voltage: "voltage_now"
        case .current: "current_now"
        case .power: "power_now"
        case .temperature: "temp"
        case .chargeNow: "charge_now"
        case .chargeFull: "charge_full"
        case .chargeFullDesign: "charge_full_design"
        case .energyNow: "energy_now"
        case .energyFull: "energy_full"
        case .energyFullDesign: "energy_full_design"
        case .timeToEmpty: "time_to_empty_now"
        }
    }

    fileprivate var scale: Double {
        switch self {
        case .temperature: 0.1
        case .voltage, .current, .power, .chargeNow, .chargeFull, .chargeFullDesign, .energyNow, .energyFull,
            .energyFullDesign:
            1e-6
        default: 1
        }
    }
}
