package import Vocabulary

/// The slots of one of a peripheral's images.
package struct PeripheralSlots: Sendable, Equatable {
    /// The image that runs.
    package let active: PeripheralImage
    private let all: [PeripheralImage]

    package init?(_ images: [PeripheralImage], number: Int) {
        all = images.filter { $0.number == number }
        guard let active = all.first(where: \.isActive) else { return nil }
        self.active = active
    }

    /// The image in a slot that does not run.
    package func waiting(_ hash: Digest) -> PeripheralImage? { all.first { !$0.isActive && $0.hash == hash } }

    /// The image that the next restart tries or takes.
    package var pending: PeripheralImage? { all.first { $0.isPending && !$0.isActive } }
}
