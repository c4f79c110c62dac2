/// The kinds of messages that other programs look for in the journal (sd_journal_send(3), MESSAGE_ID); never changed.
package enum JournalMessage: String, Sendable, CaseIterable {
    /// The update took a step of its lifecycle.
    case step = "c6001b34acc64a9d9b1cca64674d7e1e"
    /// A finding was opened, changed or closed.
    case finding = "a1a9f10b7d1e4a0f9e0c1d1d60c6b9f4"
    /// Somebody got in without a grant, or was locked out.
    case access = "3d1f0a2d6f6b4a8f8a0c5e4b6f9d2c71"
    /// Something could not be written into the ledger.
    case unrecorded = "5bc59823efa34c119e3a732f82c67ae4"
}
