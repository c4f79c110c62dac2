/// A door that stands ready: whatever its kind needs was made once, and inputs can come in one after the other.
package protocol Entrance: Sendable {
    /// Does with `bytes` what the product does with what comes in there, and holds it to its promises.
    ///
    /// A refusal by the product is as good as an acceptance. The same bytes always do the same.
    func enter(_ bytes: [UInt8]) throws(FuzzingError)
}
