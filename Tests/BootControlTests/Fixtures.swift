import BootControl
import Platform
import SystemPackage
import TestSupport
import Testing
import Vocabulary

/// One kind of boot control on files of a test's own.
struct Loader: Sendable, CustomTestStringConvertible {
    enum Kind: String, CaseIterable {
        case grub = "GRUB"
        case single = "U-Boot"
        case redundant = "U-Boot, redundant"
        case offset = "U-Boot, redundant, at offsets"
    }

    static let all = Kind.allCases.map { Loader(kind: $0) }

    let kind: Kind

    var testDescription: String { kind.rawValue }

    func configuration(in folder: TemporaryFolder, attempts: Int = 3) -> BootConfiguration {
        BootConfiguration(loader: place(in: folder), slotSets: [.a, .b], attempts: attempts)
    }

    private func place(in folder: TemporaryFolder) -> BootConfiguration.Loader {
        switch kind {
        case .grub: .grub(environment: folder.file("grubenv"))
        case .single: .uboot(.single(.init(path: folder.file("uboot.env"), offset: 0, size: 0x1000)))
        case .redundant:
            .uboot(
                .redundant(
                    .init(path: folder.file("uboot.env"), offset: 0, size: 0x1000),
                    .init(path: folder.file("uboot-redund.env"), offset: 0, size: 0x1000)))
        case .offset:
            .uboot(
                .redundant(
                    .init(path: folder.file("disk"), offset: 0x8000, size: 0x2000),
                    .init(path: folder.file("disk"), offset: 0xC000, size: 0x2000)))
        }
    }

    /// The files that hold the environment, with what they hold.
    func content(of folder: TemporaryFolder) throws -> [String: [UInt8]] {
        var content: [String: [UInt8]] = [:]
        for name in try Storage().names(in: folder.path) { content[name] = try folder.read(name) }
        return content
    }
}

/// All combinations of one choice from each list.
func product<Element>(_ lists: [[Element]]) -> [[Element]] {
    lists.reduce([[]]) { combinations, list in combinations.flatMap { start in list.map { start + [$0] } } }
}

/// The code of the fault that `body` throws; nil where it throws none.
func faultCode(_ body: () throws -> Void) -> FaultCode? {
    do {
        try body()
        return nil
    } catch {
        return (error as? any Fault)?.code
    }
}
