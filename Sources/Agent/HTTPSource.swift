package import Bundles
import Platform
package import SystemPackage

/// A bundle that is read from a web server while it is installed.
package final class HTTPSource: ByteSource {
    private let body: HTTPBody

    /// Connects; a broken connection is taken up again where it broke (RFC 9110 §14, ranges).
    package init(_ url: String, authorities: FilePath?) throws {
        var request = HTTPRequest(url)
        request.authorities = authorities
        body = try HTTPBody(request)
    }

    package var totalSize: UInt64? { body.totalSize }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(BundleError) -> Int {
        do { return try body.read(into: buffer) } catch {
            throw .transfer(error.code, reason: error.description)
        }
    }

    package func cancel() { body.cancel() }
}
