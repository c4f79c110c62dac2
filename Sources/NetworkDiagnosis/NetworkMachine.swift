package import Platform
package import SystemPackage
import Vocabulary

/// How long each kind of question may take; together they stay below what a whole diagnosis may take.
package struct NetworkPatience: Sendable {
    /// The resolver may have three servers with 5 s each; longer is no answer either (resolv.conf(5)).
    package var name = Duration.seconds(12)
    /// For one name server asked by ourselves.
    package var nameServer = Duration.seconds(3)
    package var connection = Duration.seconds(5)
    package var answer = Duration.seconds(10)

    package init() {}
}

/// What a diagnosis asks of the machine; a parameter, so that tests can stand in any network.
package struct NetworkMachine: Sendable {
    /// The root below which the kernel's trees and the resolver's file are.
    package var root: FilePath
    package var addresses: @Sendable () -> [InterfaceAddress]
    /// Looks up a name; may block for long.
    package var lookUp: @Sendable (String) -> Result<[NetworkAddress], NameLookupError>
    /// Has the kernel look for a neighbour: sends one datagram to the discard port and gives the answer (RFC 863).
    package var knock: @Sendable (NetworkAddress) -> Result<[UInt8], ConnectionProbe.DatagramError>
    package var dnsPort: UInt16 = 53
    package var patience = NetworkPatience()
    /// Where the program's proxies are named.
    package var environment: @Sendable (String) -> String?

    package init(root: FilePath, environment: @escaping @Sendable (String) -> String?) {
        self.root = root
        self.environment = environment
        addresses = { InterfaceAddress.all() }
        lookUp = { name in Result { () throws(NameLookupError) in try NameLookup.addresses(of: name) } }
        knock = { ConnectionProbe.udp([], to: $0, port: 9, within: .milliseconds(400)) }
    }

    /// The text of a kernel's or system's file, nil where it is not there or larger than 256 KiB.
    func text(_ path: String) -> String? {
        guard let bytes = try? Storage().read(root.appending(FilePath(path).components), limit: 1 << 18) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func word(_ path: String) -> String? {
        text(path).map { String($0.prefix(64).filter { !$0.isNewline && !$0.isWhitespace }) }
    }

    func number(_ path: String) -> Int64? { word(path).flatMap { Int64($0) } }

    func names(in folder: String) -> [String] {
        (try? Storage().names(in: root.appending(FilePath(folder).components))) ?? []
    }

    func has(_ path: String) -> Bool { Storage().exists(root.appending(FilePath(path).components)) }
}
