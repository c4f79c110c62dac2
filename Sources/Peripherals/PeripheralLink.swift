package import Platform
package import Vocabulary

/// An image in a slot of a peripheral, as it says itself.
package struct PeripheralImage: Sendable, Equatable {
    /// Which of its images this is.
    package let number: Int
    package let slot: Int
    package let version: String
    /// The SHA-256 that the image carries; nil where it says none, or has another kind.
    package let hash: Digest?
    package let isActive: Bool
    package let isConfirmed: Bool
    /// Whether the next restart tries it.
    package let isPending: Bool
    /// Whether the next restart makes it the one for good.
    package let isPermanent: Bool

    package init(
        number: Int, slot: Int, version: String, hash: Digest?, isActive: Bool = false, isConfirmed: Bool = false,
        isPending: Bool = false, isPermanent: Bool = false
    ) {
        self.number = number
        self.slot = slot
        self.version = version
        self.hash = hash
        self.isActive = isActive
        self.isConfirmed = isConfirmed
        self.isPending = isPending
        self.isPermanent = isPermanent
    }
}

/// How to speak to one peripheral, in whatever protocol; every call blocks, is bounded in time, and may be repeated.
package protocol PeripheralLink: Sendable {
    func close()

    /// Ends the call that blocks on another thread, and every later one.
    func cancel()

    /// What it says that it is, as one line for a person.
    func identity() throws(PeripheralError) -> String

    /// The images in all its slots.
    func images() throws(PeripheralError) -> [PeripheralImage]

    /// Puts an image into the slot that does not run, going on where an earlier upload broke off.
    func upload(
        _ image: [UInt8], number: Int, cancellation: Cancellation, progress: (_ done: Int) -> Void
    ) throws(PeripheralError)

    /// Has the next restart try the image with this hash, once.
    func test(_ hash: Digest) throws(PeripheralError)

    /// Makes the image that runs the one for good.
    func confirm(_ hash: Digest) throws(PeripheralError)

    func reset() throws(PeripheralError)

    /// Lets time pass.
    func pause(_ time: Duration) throws(PeripheralError)
}
