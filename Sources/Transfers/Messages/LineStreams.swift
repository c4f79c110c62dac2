package import Documents
package import Platform
package import Vocabulary

/// Opens streams between the agent and a service tool, for one request.
///
/// The descriptors are for the agent; the stream ends when the agent has closed its copy and the caller this one.
package struct LineStreams: Sendable {
    let open: @Sendable (StreamReady.Direction) throws(FaultReport) -> OpenFile
    let say: @Sendable (JSON) -> Void

    /// What the service tool has, to be read by ranges (`RangeSource`).
    package func source() throws(FaultReport) -> OpenFile { try open(.input) }

    /// What is written here goes to the service tool; closing it says that it is whole.
    package func sink() throws(FaultReport) -> OpenFile { try open(.output) }

    /// How the work that needs them stands, for whoever waits at the other end; only the newest counts.
    package func tell(_ news: JSON) { say(news) }
}
