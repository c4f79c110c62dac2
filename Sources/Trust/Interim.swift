import Platform
package import Vocabulary

package struct TrustedTime: Sendable { package init() {} }
package struct VerifiedContent: Sendable {}
package enum TrustError: Fault, Equatable {
    case refused
    package var code: FaultCode { FaultCode(2100) }
    package var description: String { "" }
}
package struct Verifier: Sendable {
    package init() {}
    package func verify(content: [UInt8], signatures: [UInt8], at: TrustedTime) throws(TrustError) -> VerifiedContent {
        guard SHA256.digest(of: content).bytes == signatures else { throw .refused }
        return VerifiedContent()
    }
}
