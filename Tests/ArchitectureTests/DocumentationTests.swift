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
            "Integrity": 38,
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

    @Test("Every test that docs/requirements.md names is there")
    func requirements() throws {
        let tests = try SourceTree.files(in: "Tests")
        let names = try Regex(#"`(\w+)/(\w+)`"#, as: (Substring, Substring, Substring).self)
        let named = try SourceTree.text("docs/requirements.md").matches(of: names)
        #expect(named.count > 10)
        for match in named {
            let (suite, function) = (match.output.1, match.output.2)
            let isThere = tests.contains { file in
                file.text.contains("struct \(suite) ") && file.text.contains("func \(function)(")
            }
            #expect(isThere, "\(suite)/\(function)")
        }
    }
}
