package import SystemPackage

/// What a console is told when it is started.
package struct ConsoleSettings: Sendable {
    /// The port by which the agent knows whoever is here.
    package var port: String
    /// The line's rate, where it has one: how often something may be drawn depends on it.
    package var baud: Int?
    /// Where a file that comes by ZMODEM is kept until the device has read it; nil where there is no place.
    package var spool: FilePath?
    /// How long a terminal may take to say what it is.
    package var terminalTime: Duration = .milliseconds(400)
    /// How long a paste that is thrown away must have been silent.
    package var pasteSilence: Duration = .milliseconds(300)

    package init(port: String, baud: Int? = nil) {
        self.port = port
        self.baud = baud
    }
}
