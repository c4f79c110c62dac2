import CLinux
import Glibc
import SystemPackage

/// Why a name has no address.
package enum NameLookupError: Error, Equatable {
    case noSuchName
    /// No server gave an answer that counts; the resolver does not say more.
    case noAnswer
    case failed(String)
}

/// Asks the machine's own resolver, with all its files and search suffixes (getaddrinfo(3)).
package enum NameLookup {
    /// Blocks for as long as the resolver is configured to; call it on a thread that may be lost.
    package static func addresses(of name: String) throws(NameLookupError) -> [NetworkAddress] {
        let width = Int(AC_ADDRESS_SIZE)
        var texts = [CChar](repeating: 0, count: Int(AC_ADDRESS_LIMIT) * width)
        var error: Int32 = 0
        let count = ac_resolve(name, &texts, Int32(AC_ADDRESS_LIMIT), &error)
        switch count {
        case EAI_NONAME: throw .noSuchName
        case EAI_AGAIN: throw .noAnswer
        case EAI_SYSTEM: throw .failed(Errno(rawValue: error).description)
        case ..<0: throw .failed(String(cString: gai_strerror(count)))
        default: break
        }
        var addresses: [NetworkAddress] = []
        for index in 0..<Int(count) {
            let text = string(Array(texts[index * width..<(index + 1) * width]))
            if let address = NetworkAddress(text), !addresses.contains(address) {
                addresses.append(address)
            }
        }
        return addresses
    }
}
