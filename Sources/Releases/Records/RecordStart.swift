package import ChangeControl
package import Documents
import Vocabulary

/// What is offered as the answers of a new record.
package enum RecordStart {
    /// For a record with nothing before it.
    package static let baseline: JSON = [
        "urgency": "routine", "sequence": 1, "version": ["from": [], "supersedes": []], "changes": [],
    ]

    /// A record after `earlier`: its identity goes on, its markets and self-tests stay, what was judged is judged anew.
    package static func after(_ earlier: ChangeRecord) -> JSON {
        let markets: [JSON] = earlier.markets.map { entry in
            let isOut = entry.assessment.outcome == "not_marketed"
            return .members([
                "market": .string(entry.market), "released": isOut ? false : nil,
                "assessment": .members([
                    "route": entry.assessment.route.map(JSON.string), "outcome": isOut ? "not_marketed" : nil,
                ]),
            ])
        }
        return .members([
            "markets": .array(markets), "selfTests": earlier.json["selfTests"], "rollout": earlier.json["rollout"],
            "sequence": .integer(earlier.sequence + 1), "urgency": "routine", "product": earlier.json["product"],
            "version": [
                "from": [.string(earlier.version.to.description)],
                "securityVersion": .integer(earlier.version.securityVersion),
                "supersedes": .strings((earlier.version.supersedes + [earlier.digest]).map(\.hex)),
            ],
            "risk": ["riskFileId": .string(earlier.risk.riskFileID)],
            "security": ["threatModelRev": .string(earlier.security.threatModelRevision)],
            "userVisible": [
                "ifuRevision": .string(earlier.userVisible.ifuRevision),
                "downtimeMinutes": .integer(earlier.userVisible.downtimeMinutes),
            ],
            "udi": .members([
                "diBefore": .string(earlier.udi.diAfter), "diAfter": .string(earlier.udi.diAfter),
                "piSoftwareBefore": .string(earlier.udi.piSoftwareAfter),
                "issuingAgency": .string(earlier.udi.issuingAgency.rawValue),
            ]),
            "build": ["builderId": .string(earlier.build.builderID)],
            "sbom": ["format": .string(earlier.sbom.format.rawValue)],
            "rollback": [
                "allowedTo": [.string(earlier.version.to.description)],
                "minimumSecurityVersionAfterSoak": .integer(earlier.rollback.minimumSecurityVersionAfterSoak),
                "soakHours": .integer(earlier.rollback.soakHours),
            ],
            "retention": earlier.json["retention"],
        ])
    }
}
