/// A way for bytes in both directions, such as a serial port or a terminal.
///
/// One thread at a time reads and one writes; they may be two.
/// Every call is bounded by the time it is given, and blocks: use it on a thread of its own.
package protocol ByteLine: Sendable {
    /// Hands all bytes over, or throws `notTaken` when the time is up.
    func write(_ bytes: [UInt8], within time: Duration) throws(SerialError)

    /// What has come, at most `limit` bytes, waiting for the first of them; empty when the time is up.
    func read(_ limit: Int, within time: Duration) throws(SerialError) -> [UInt8]

    /// Ends the call that blocks on another thread, and every later one, with `cancelled`.
    func cancel()
}
