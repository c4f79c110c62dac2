/// One of the six things that a service record must say: 21 CFR 820.35(b).
package enum RecordItem: String, Sendable, CaseIterable {
    case device
    /// Unique device identifier, universal product code, or another identification.
    case identification
    case date
    case individual
    case performed
    /// Test and inspection data.
    case tests

    package var words: String {
        switch self {
        case .device: "the device's name"
        case .identification: "the device's UDI or other identification"
        case .date: "the date of service"
        case .individual: "who performed the service"
        case .performed: "the service performed"
        case .tests: "test or inspection data"
        }
    }
}
