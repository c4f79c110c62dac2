import Foundation
import SystemPackage
import TestSupport
import Testing

/// The rows of the house, from the ground up: a target may use only what is below its own row.
private let rows: [[String]] = [
    ["COpenSSL", "CSystemd", "CCurl", "CZstd", "CZlib", "CCBOR", "CQRencode", "CSQLite", "CLinux", "CTOML"],
    ["Vocabulary"],
    ["Documents", "Platform"],
    ["Bundles", "Trust", "BootControl", "Ledger", "ChangeControl", "Hardware", "Peripherals", "Servicing"],
    ["Installation", "SelfTests", "Health", "Heartbeats", "Transfers", "NetworkDiagnosis", "Integrity", "Releases"],
    ["Agent", "Console", "VirtualDevice"],
    ["Commands", "PowerCuts", "Fuzzing"],
    ["aftercare", "aftercare-fleet", "power-cut-sweep"],
]

/// What proves the product and is part of no device: it may use what tests use.
private let proofs: Set<String> = ["PowerCuts", "power-cut-sweep", "Fuzzing"]

/// Which targets of one row may use each other, because one speaks in the other's words.
private let neighbours: Set<[String]> = [
    ["Bundles", "Trust"], ["ChangeControl", "Trust"], ["ChangeControl", "Bundles"], ["Servicing", "Trust"],
    ["Ledger", "Trust"],
]

/// Which packages of others each target may use.
private let packages: [String: Set<String>] = [
    "Logging": ["Platform", "Agent", "Console", "PowerCuts", "aftercare"],
    "ServiceLifecycle": ["Agent"],
    "UnixSignals": ["Agent"],
    "ArgumentParser": ["Commands", "aftercare", "aftercare-fleet", "power-cut-sweep"],
]

@Suite("The house")
struct HouseTests {
    private struct Manifest: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
            let dependencies: [Dependency]
        }
        let targets: [Target]
    }

    /// A dependency in the words of `swift package dump-package`: one key for its kind, its name first in a list.
    private struct Dependency: Decodable {
        let name: String

        init(from decoder: any Decoder) throws {
            let kinds = try decoder.singleValueContainer().decode([String: [Name?]].self)
            name = try #require(kinds.values.first?.first??.text)
        }

        private struct Name: Decodable {
            let text: String?

            init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
        }
    }

    private let targets: [Manifest.Target]

    init() throws {
        // A scratch folder of its own: the build that runs this test holds the lock of the usual one.
        let scratch = try TemporaryFolder()
        let result = try Tool.run(
            ["swift", "package", "--scratch-path", scratch.path.string, "dump-package"], folder: SourceTree.root.path)
        try #require(result.status == 0, "\(result.error)")
        targets = try JSONDecoder().decode(Manifest.self, from: Data(result.output)).targets
    }

    @Test("Every target has its row, and no row names one that is not there")
    func everyTargetHasARow() {
        let ours = targets.filter { $0.type != "test" && $0.name != "TestSupport" }.map(\.name)
        #expect(Set(ours) == Set(rows.joined()))
    }

    @Test("A target uses only what is below its row, and neighbours only where they are named")
    func dependenciesRunDownwards() throws {
        let row = Dictionary(
            uniqueKeysWithValues: rows.enumerated().flatMap { index, names in names.map { ($0, index) } })
        for target in targets where target.type != "test" && target.name != "TestSupport" {
            let own = try #require(row[target.name])
            for dependency in target.dependencies.map(\.name) {
                guard let other = row[dependency] else { continue }
                #expect(
                    other < own || neighbours.contains([target.name, dependency]),
                    "\(target.name) may not use \(dependency)")
            }
        }
    }

    @Test("Only Platform uses the C targets, but for Documents, which reads TOML")
    func onlyPlatformUsesC() {
        for target in targets where target.name != "Platform" {
            let used = Set(target.dependencies.map(\.name)).intersection(rows[0])
            #expect(used == (target.name == "Documents" ? ["CTOML"] : []), "\(target.name)")
        }
    }

    @Test("Packages of others are used only where they are named; swift-system is everybody's")
    func foreignPackages() {
        let known = Set(rows.joined()).union(["TestSupport", "SystemPackage"])
        for target in targets where target.type != "test" {
            for dependency in target.dependencies.map(\.name) where !known.contains(dependency) {
                #expect(packages[dependency]?.contains(target.name) == true, "\(target.name) may not use \(dependency)")
            }
        }
    }

    @Test("Only tests and proofs use the support for tests, and nothing of the product uses a proof")
    func supportIsForTests() {
        for target in targets where target.type != "test" && !proofs.contains(target.name) {
            #expect(proofs.union(["TestSupport"]).isDisjoint(with: target.dependencies.map(\.name)), "\(target.name)")
        }
    }
}
