import Platform
import SystemPackage

extension BoardProfile.GPIO {
    var origin: String {
        switch line {
        case .offset(let offset): "gpio \(chip) line \(offset)"
        case .name(let name): "gpio \(chip) '\(name)'"
        }
    }

    /// Takes an input for a moment and reads it.
    func isActive(_ tree: inout KernelTree) throws(Lack) -> Bool {
        let chip = try controller(tree)
        let value: Bool?
        do throws(StorageError) {
            value = try offset(on: chip).map { (offset) throws(StorageError) in
                try chip.request(offset, isActiveLow: isActiveLow).isActive()
            }
        } catch {
            throw .unreadable(error.description)
        }
        guard let value else { throw .absent }
        return value
    }

    func offset(on chip: GPIOChip) throws(StorageError) -> UInt32? {
        switch line {
        case .offset(let offset): offset < chip.lineCount ? offset : nil
        case .name(let name): try chip.offset(ofLine: name)
        }
    }

    /// The only chip with this label or name.
    func controller(_ tree: KernelTree) throws(Lack) -> GPIOChip {
        var same: [GPIOChip] = []
        var failure: StorageError?
        for name in tree.names(in: "/dev") where name.hasPrefix("gpiochip") {
            do throws(StorageError) {
                let found = try GPIOChip(FilePath(tree.located("/dev/\(name)")))
                if found.label == chip || found.name == chip { same.append(found) }
            } catch {
                failure = error
            }
        }
        guard same.count <= 1 else { throw .unreadable("\(same.count) GPIO chips are called '\(chip)'") }
        if let found = same.first { return found }
        // One that could not be asked may have been the one.
        if let failure { throw .unreadable(failure.description) }
        throw .absent
    }
}
