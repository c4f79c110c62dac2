import Foundation
import TestSupport
import Testing

@Suite("The documents")
struct DocumentationTests {
    @Test("docs/errors.md says what the sources say")
    func errorTable() throws {
        let script = SourceTree.root.appendingPathComponent("scripts/update-error-table").path
        let result = try Tool.run(["python3", script, "--check"])
        #expect(result.status == 0, "\(result.error)")
    }

    @Test("Every code of a fault stands in docs/errors.md, is given by one type, and lies in its module's range")
    func errorCodes() throws {
        let ranges = [
            "Platform": 10, "Documents": 11, "Bundles": 20, "Trust": 21, "BootControl": 22, "Installation": 23,
            "SelfTests": 24, "Ledger": 25, "ChangeControl": 26, "Agent": 27, "Releases": 28, "VirtualDevice": 29,
            "Hardware": 30, "Peripherals": 31, "Health": 32, "Heartbeats": 33,
            "Servicing": 34, "Transfers": 35, "Console": 36, "NetworkDiagnosis": 37,
            "Integrity": 38, "PowerCuts": 39, "Fuzzing": 40,
        ]
        let table = try SourceTree.text("docs/errors.md")
        let code = try Regex(#"FaultCode\((\d+)\)"#, as: (Substring, Substring).self)
        var owners: [Int: String] = [:]
        for file in try SourceTree.files(in: "Sources") where file.target != "TestSupport" {
            for match in file.text.matches(of: code) {
                let number = try #require(Int(match.output.1))
                #expect(table.contains("| AC-\(number) |"), "\(file.path): AC-\(number) is not in docs/errors.md")
                if let range = ranges[file.target] { #expect(number / 100 == range, "\(file.path): AC-\(number)") }
                #expect(owners[number, default: file.path] == file.path, "AC-\(number): \(file.path)")
                owners[number] = file.path
            }
        }
        #expect(owners.count > 20)
    }

    @Test(
        "Every test that a document names is there",
        arguments: ["docs/requirements.md", "docs/threat-model.md", "docs/faults.md"])
    func namedTests(document: String) throws {
        let named = try SourceTree.text(document).matches(of: /`([A-Z]\w+\/\w+)`/).map { String($0.output.1) }
        #expect(named.count > 10)
        let missing = Set(named).subtracting(try Self.tests())
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    /// Every function of every suite, as documents name them; helpers among them do no harm.
    private static func tests() throws -> Set<String> {
        let suite = /\bstruct (\w+)\b/
        let function = /\bfunc (\w+)\(/
        return try SourceTree.files(in: "Tests").reduce(into: []) { tests, file in
            for suite in file.text.matches(of: suite) {
                tests.formUnion(file.text.matches(of: function).map { "\(suite.output.1)/\($0.output.1)" })
            }
        }
    }

    @Test("docs/faults.md has a row for each fault of the world that the code lists, with the test that shows it")
    func faults() throws {
        let rows = try SourceTree.text("docs/faults.md").split(separator: "\n").compactMap { line -> [String]? in
            let cells = line.split(separator: "|").map { String($0).trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5, cells[0].hasPrefix("`"), cells[4].hasPrefix("`") else { return nil }
            return cells.map { $0.trimmingCharacters(in: ["`"]) }
        }
        #expect(rows.map { $0[0] } == WorldFault.allCases.map(\.rawValue))
        #expect(rows.map { $0[4] } == WorldFault.allCases.map(\.test))
        #expect(rows.allSatisfy { $0.allSatisfy { !$0.isEmpty } })
        let promises = try SourceTree.text("docs/faults.md").split(separator: "\n").compactMap { line in
            WorldFault.Promise(
                rawValue: String(line.dropFirst(2).prefix { $0 != "|" }).trimmingCharacters(in: .whitespaces))
        }
        #expect(promises == WorldFault.Promise.allCases)
    }
}
