import Commands
import Platform
import SystemPackage
import Transfers
import Vocabulary

/// Where the grant for a visit comes from.
enum GrantMaker {
    /// A file with the text of a grant; `-` shows the challenge and takes what is typed in.
    static func text(in place: String) -> ServiceVisit.MakeGrant {
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
