package import Documents
package import Platform
package import Vocabulary

/// The device as a console sees it: what the agent offers to service sessions (docs/service-interface.md).
///
/// The console only shows and asks; who is there, what they may do and what is recorded is decided behind this.
package protocol ServiceDesk: Sendable {
    /// Opens a session for whoever is on `port`, and says what the console shows before anybody is logged in.
    func begin(port: String) async throws(FaultReport) -> JSON

    /// Carries out one request of the session, an object with its `command`.
    func perform(_ request: JSON, in session: String) async throws(FaultReport) -> JSON

    /// The same with bytes that come from the caller, or go to it.
    func perform(_ request: JSON, in session: String, stream: borrowing OpenFile) async throws(FaultReport) -> JSON

    /// Ends the session without its person: idle, carrier lost, console stopped; the service record is closed by the device.
    func end(_ session: String, reason: String) async

    /// How the device stands, again whenever that changes: the JSON of `status`.
    func changes() async -> AsyncStream<JSON>
}
