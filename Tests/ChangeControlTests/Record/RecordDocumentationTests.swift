import Foundation
import Releases
import SystemPackage
import TestSupport
import Testing

@Suite("The documentation of change records")
struct RecordDocumentationTests {
    @Test("docs/change-record.md says of every member what the code says")
    func table() throws {
        let text = try String(contentsOfFile: ProjectFolder.file("docs/change-record.md").string, encoding: .utf8)
        let start = try #require(text.range(of: RecordTable.mark))
        #expect(String(text[start.lowerBound...]) == (try RecordTable.markdown()), "run scripts/update-record-table")
    }
}
