import Console
import Documents
import Testing

@Suite("Change control in words")
struct ChangeControlTextTests {
    @Test("A document that cannot be used is named with its reason, beside those in force")
    func unusable() {
        let text = ChangeControlText.documents([
            "market": ["code": "EU", "route": "mdr_certificate"],
            "documents": [["kind": "aftercare.rules/1", "id": "EU", "version": "1.0.0"]],
            "unusable": [
                ["file": "/etc/aftercare/US.json", "fault": ["reason": "it is not signed", "code": "AC-2663"]]
            ],
        ])
        #expect(text.hasPrefix("Market: EU, mdr_certificate\n"))
        #expect(text.contains("aftercare.rules/1  EU  1.0.0"))
        #expect(text.hasSuffix("NOT IN FORCE: /etc/aftercare/US.json: it is not signed [AC-2663]\n"))
    }

    @Test("A device without a market, and one without a baseline, say so")
    func nothing() {
        #expect(ChangeControlText.documents(["documents": []]).hasPrefix("Market: none: no release is taken\n"))
        let text = ChangeControlText.changes(["changes": [], "whole": false])
        #expect(text.hasPrefix("No baseline: "))
        #expect(text.hasSuffix("A LINK IS MISSING.\n"))
    }

    @Test(
        "A change is shown with what it answers, who approved it, and whether its link holds", arguments: [true, false])
    func link(holds: Bool) {
        let text = ChangeControlText.changes([
            "markets": [["market": "EU", "version": "1.0.0", "reference": "G10-1", "date": "2026-01-31"]],
            "changes": [
                [
                    "record": "00112233445566778899", "known": true, "holds": .bool(holds), "id": "ECR-2",
                    "version": "1.1.0", "class": "corrective",
                    "changes": [
                        ["id": "CR-112", "title": "Keep the flow", "problemReports": ["PR-88"], "capa": ["CAPA-31"]]
                    ],
                    "approvals": [["role": "quality", "subject": "Q. Ality", "signed": "2026-05-01T12:00:00Z"]],
                ]
            ], "whole": .bool(holds),
        ])
        #expect(text.contains("EU: 1.0.0, G10-1, 2026-01-31"))
        #expect(text.contains("1.1.0  ECR-2, corrective, record 0011223344556677"))
        #expect(text.contains("PR-88, CAPA-31"))
        #expect(text.contains("Q. Ality"))
        #expect(text.contains("NOT LINKED") == !holds)
    }
}
