extension ConsoleSession {
    /// All that can be typed, in the order in which it is listed.
    static let language: CommandLanguage = CommandLanguage(commands: [
        .login, .emergency, .logout,
        .status, .passport, .health, .slots, .history, .ledger, .network, .changes, .rules,
        .test, .update, .stick, .acknowledge, .activate, .commit, .rollback, .cancel, .wait,
        .incident, .hold, .release, .export,
        .terminal, .help,
    ])
}
