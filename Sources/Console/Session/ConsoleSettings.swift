/// What a console is told when it is started.
package struct ConsoleSettings: Sendable {
    /// The port by which the agent knows whoever is here.
    package var port: String
    /// The line's rate, where it has one: how often something may be drawn depends on it.
    package var baud: Int?
    /// How long a terminal may take to say what it is.
    package var terminalTime: Duration = .milliseconds(400)
    /// How long a paste that is thrown away must have been silent.
    package var pasteSilence: Duration = .milliseconds(300)

    package init(port: String, baud: Int? = nil) {
        self.port = port
        self.baud = baud
    }
}
