extension String {
    /// The same text with `?` for whatever could disturb a terminal or a record, and no more than `limit` characters.
    ///
    /// Control, format and private-use characters count, separators of lines and paragraphs too; letters of every script stay.
    package func printable(limit: Int = .max) -> String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "?"
            default: scalar
            }
        }
        return String(String(String.UnicodeScalarView(scalars)).prefix(limit))
    }
}
