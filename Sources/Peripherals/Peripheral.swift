package import Platform
package import SystemPackage

/// A microcontroller behind a serial port, as the board's maker declares it.
package struct Peripheral: Sendable, Equatable {
    /// Unique on its board; stands in messages and in the ledger.
    package let name: String
    /// The image in a bundle that is for it.
    package let image: String
    package let port: FilePath
    package let settings: SerialSettings
    /// Which of its MCUboot images this is: 0, unless one controller loads several.
    package let number: Int
    package let timing: PeripheralTiming

    package init(
        name: String, image: String, port: FilePath, settings: SerialSettings = SerialSettings(), number: Int = 0,
        timing: PeripheralTiming = PeripheralTiming()
    ) {
        self.name = name
        self.image = image
        self.port = port
        self.settings = settings
        self.number = number
        self.timing = timing
    }
}

/// How long a peripheral may take, and how often it is asked.
package struct PeripheralTiming: Sendable, Hashable {
    /// For one answer.
    package var answer: Duration = .milliseconds(2500)
    /// For the answer to the first piece of an image, before which a slot is erased, and to an erase.
    package var erase: Duration = .seconds(30)
    /// From a reset to the first answer of what runs then: MCUboot copies both slots in between.
    package var restart: Duration = .seconds(60)
    /// How often one request is sent.
    package var attempts = 4
    /// How often an upload that broke off is taken up again without having come any further.
    package var resumptions = 3

    package init() {}
}
