import Commands
import Platform
import Releases
import Servicing
import SystemPackage
import Transfers
import Vocabulary

/// Where the grant for a visit comes from.
enum GrantMaker {
    /// Signs a grant for each challenge with a person's own key: a file, or a token that asks for its PIN.
    static func signing(certificate: String, key: String) -> ToolVisit.MakeGrant {
        { (text) throws(FaultReport) in
            do {
                let challenge = try Challenge(text: text)
                let signer = try ContentSigner.read(
                    certificate: FilePath(certificate), key: key, storage: Storage())
                let now = SystemClock().now()
                guard
                    let terms = GrantTerms(
                        challenge: challenge, rights: .all, bundle: nil, notBefore: now,
                        until: now.advanced(by: 4 * 3600 - 60))
                else { throw ServiceError.terms("the clock says \(now)") }
                return try GrantSigner(signer).grant(terms, with: .person).text()
            } catch let fault as any Fault {
                throw FaultReport(fault)
            } catch {
                throw FaultReport(ServiceError.terms("\(error)"))
            }
        }
    }

    /// A file with the text of a grant; `-` shows the challenge and takes what is typed in.
    static func text(in place: String) -> ToolVisit.MakeGrant {
        { (challenge) throws(FaultReport) in
            if place == "-" {
                Terminal.write("challenge: \(challenge)\ngrant: ", to: .messages)
                return readLine() ?? ""
            }
            do throws(StorageError) {
                let bytes = try Storage().read(FilePath(place), limit: 65536)
                return String(decoding: bytes, as: UTF8.self).trimmed
            } catch { throw FaultReport(error) }
        }
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
