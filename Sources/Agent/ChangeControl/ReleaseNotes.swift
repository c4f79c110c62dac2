import Bundles
package import Documents
import Vocabulary

/// What whoever is at the device should know of a release before it is installed (IEC 62304 6.2.5, MDR Annex I 23.4).
package enum ReleaseNotes {
    /// The change record's words for users, in `language` where it has them, else in English, else in the first language it has.
    package static func read(_ change: JSON, language: String) -> JSON {
        let users = change["userVisible"]
        let safety = change["safetyAction"]
        return .members([
            "summary": text(users?["summary"], language).map { .string($0) },
            "behaviourChanges": users?["behaviourChanges"], "ifuChanged": users?["ifuChanged"],
            "ifuRevision": users?["ifuRevision"], "training": users?["trainingRequired"],
            "downtimeMinutes": users?["downtimeMinutes"], "urgency": change["urgency"],
            "maintenanceClass": change["maintenanceClass"], "safetyAction": safety?["type"],
            "fsca": safety?["fscaRefs"], "notice": safety?["fsnDigest"],
        ])
    }

    /// `de-AT` is content with `de`.
    private static func text(_ texts: JSON?, _ language: String) -> String? {
        guard case .object(let texts)? = texts else { return nil }
        let base = language.split(separator: "-").first.map(String.init) ?? language
        let wanted = [language, base, "en"].first { texts[$0]?.string != nil } ?? texts.keys.sorted().first
        return wanted.flatMap { texts[$0]?.string }
    }
}
