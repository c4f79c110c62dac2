import Documents
import SystemPackage

extension BoardProfile {
    /// What no entry can know alone: names that stand twice, and names that nothing has.
    func check() throws(DocumentError) {
        try unique("serial", serials.map(\.name))
        try unique("peripheral", peripherals.map(\.name))
        try unique("interlock", interlocks.map(\.name))
        try unique("gpio", gpios.map(\.name))
        try checkIndicators()
        try checkPorts()
        try checkInterlocks()
    }

    private func unique(_ section: String, _ names: [String]) throws(DocumentError) {
        var seen: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            if let first = seen.updateValue(index, forKey: name) {
                throw .unacceptable(
                    "\(section)[\(index)].name", reason: "is '\(name)', as is \(section)[\(first)] already")
            }
        }
    }

    private func checkIndicators() throws(DocumentError) {
        var owners: [String: String] = [:]
        for part in indicatorParts {
            for indicator in part.indicators {
                if let owner = owners.updateValue(part.path, forKey: indicator.name) {
                    throw .unacceptable(
                        part.path, reason: "makes the indicator '\(indicator.name)', which '\(owner)' makes already")
                }
            }
        }
    }

    private func checkPorts() throws(DocumentError) {
        var paths: [String: Int] = [:]
        for (index, serial) in serials.enumerated() {
            if let first = paths.updateValue(index, forKey: serial.path.string) {
                throw .unacceptable(
                    "serial[\(index)].path", reason: "is '\(serial.path)', as is serial[\(first)] already")
            }
        }
        for (index, peripheral) in peripherals.enumerated() {
            try checkPort(peripheral.port, at: "peripheral[\(index)].port", for: .peripheral)
        }
    }

    private func checkPort(_ name: String, at path: String, for role: Serial.Role) throws(DocumentError) {
        guard let port = serials.first(where: { $0.name == name }) else {
            throw .unacceptable(path, reason: "is '\(name)', but no [[serial]] has that name")
        }
        guard port.role == role else {
            throw .unacceptable(
                path, reason: "is '\(name)', a port with the role '\(port.role.rawValue)', not '\(role.rawValue)'")
        }
    }

    private func checkInterlocks() throws(DocumentError) {
        let names = Set(indicatorParts.flatMap { $0.indicators.map(\.name) })
        for (index, interlock) in interlocks.enumerated() {
            let path = "interlock[\(index)]"
            switch interlock.question {
            case .value(let question):
                if case .indicator(let name) = question.subject, !names.contains(name) {
                    throw .unacceptable("\(path).indicator", reason: "is '\(name)', which nothing here measures")
                }
            case .gpio(let question):
                guard gpios.contains(where: { $0.name == question.gpio && $0.direction == .input }) else {
                    throw .unacceptable(
                        "\(path).gpio", reason: "is '\(question.gpio)', but no [[gpio]] of that name is an input")
                }
            case .serial(let question): try checkPort(question.port, at: "\(path).port", for: .therapy)
            case .bus: break
            }
        }
    }
}
