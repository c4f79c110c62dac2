package import ChangeControl
package import Documents

/// Asks for everything that a record must say, in order, and goes on where a draft ends.
package struct RecordInterview {
    /// A question about one member.
    package struct Question: Sendable {
        package let place: RecordPlace
        package let field: RecordField
        /// What an empty answer means; nil where there is no such thing.
        package let standard: JSON?
        /// Why the last answer was not taken.
        package let refusal: DocumentError?
    }

    /// Whether another element of a list follows.
    package struct Repetition: Sendable {
        package let place: RecordPlace
        package let field: RecordField
        package let count: Int
    }

    /// Who is asked.
    package protocol Respondent {
        /// The text of the answer, empty for what stands by default or for nothing; nil where nobody answers any more.
        func answer(_ question: Question) -> String?
        /// Whether there is another element, or an object at all; nil where nobody answers any more.
        func wantsAnother(_ repetition: Repetition) -> Bool?
        /// Whether a list stays as it is offered; nil where nobody answers any more.
        func keeps(_ repetition: Repetition) -> Bool?
    }

    package private(set) var draft: JSON
    private let standards: JSON
    private let respondent: any Respondent
    private let save: @Sendable (JSON) throws(ReleaseError) -> Void

    /// `standards` are offered as answers; `save` is called with the draft after each answer that it grew by.
    package init(
        draft: JSON, standards: JSON, respondent: any Respondent,
        save: @escaping @Sendable (JSON) throws(ReleaseError) -> Void
    ) {
        self.draft = draft
        self.standards = standards
        self.respondent = respondent
        self.save = save
    }

    /// True when everything was asked, false when nobody answered any more.
    package mutating func run(_ description: RecordDescription) throws(ReleaseError) -> Bool {
        try object(description, at: RecordPlace())
    }

    private mutating func object(_ description: RecordDescription, at place: RecordPlace) throws(ReleaseError) -> Bool {
        // What comes before the last answer of a draft was asked already: what is missing there was left out.
        let last = description.fields.lastIndex { place.member($0.name).value(in: draft) != nil } ?? -1
        for (index, field) in description.fields.enumerated() {
            let place = place.member(field.name)
            let wasLeftOut = index < last && !field.isRequired && place.value(in: draft) == nil
            if !wasLeftOut, !(try member(field, at: place, isDone: index < last)) { return false }
        }
        return true
    }

    private mutating func member(
        _ field: RecordField, at place: RecordPlace, isDone: Bool
    ) throws(ReleaseError) -> Bool {
        if case .string(let constant) = field.schema["const"] { return try put(.string(constant), at: place) }
        switch (field.form, field.parts.first) {
        case (.table, let part?):
            if !field.isRequired, place.value(in: draft) == nil {
                switch respondent.wantsAnother(Repetition(place: place, field: field, count: 0)) {
                case nil: return false
                case false: return true
                default: break
                }
            }
            return try object(part, at: place)
        case (.tables, let part?): return try elements(field, part, at: place, isDone: isDone)
        default: return place.value(in: draft) == nil ? try value(field, at: place) : true
        }
    }

    private mutating func elements(
        _ field: RecordField, _ part: RecordDescription, at place: RecordPlace, isDone: Bool
    ) throws(ReleaseError) -> Bool {
        let count = place.value(in: draft)?.array?.count ?? 0
        let offered = place.value(in: standards)
        if count == 0, !isDone, let offered, (try? field.check(offered, place.description)) != nil {
            let repetition = Repetition(place: place, field: field, count: offered.array?.count ?? 0)
            guard let keeps = respondent.keeps(repetition) else { return false }
            if keeps { return try put(offered, at: place) }
        }
        var next = 0
        while next < max(count, isDone ? 0 : offered?.array?.count ?? 0) {
            guard try object(part, at: place.element(next)) else { return false }
            next += 1
        }
        if isDone { return true }
        while true {
            switch respondent.wantsAnother(Repetition(place: place, field: field, count: next)) {
            case nil: return false
            case false: return next > 0 ? true : try put([], at: place)
            default: break
            }
            guard try object(part, at: place.element(next)) else { return false }
            next += 1
        }
    }

    private mutating func value(_ field: RecordField, at place: RecordPlace) throws(ReleaseError) -> Bool {
        let standard = place.value(in: standards)
        var refusal: DocumentError?
        while true {
            let question = Question(place: place, field: field, standard: standard, refusal: refusal)
            guard let text = respondent.answer(question)?.trimmingSpaces else { return false }
            let value: JSON?
            do throws(DocumentError) {
                value = try answered(text, field, standard, at: place)
            } catch {
                refusal = error
                continue
            }
            return try value.map { (value) throws(ReleaseError) in try put(value, at: place) } ?? true
        }
    }

    /// What an answer means; nil where the member is left out.
    private func answered(
        _ text: String, _ field: RecordField, _ standard: JSON?, at place: RecordPlace
    ) throws(DocumentError) -> JSON? {
        guard text.isEmpty else {
            return try RecordAnswer.value(of: text, for: field, standard: standard, at: place.description)
        }
        let value: JSON? = standard ?? (field.schema["type"] == "array" ? [] : nil)
        guard let value else {
            if field.isRequired { throw .missing(place.description) }
            return nil
        }
        try field.check(value, place.description)
        return value
    }

    private mutating func put(_ value: JSON, at place: RecordPlace) throws(ReleaseError) -> Bool {
        draft = place.setting(value, in: draft)
        try save(draft)
        return true
    }
}
