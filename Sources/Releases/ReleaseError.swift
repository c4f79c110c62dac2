package import Bundles
package import ChangeControl
package import Documents
package import Platform
package import SystemPackage
package import Vocabulary

/// Why a release was not built or approved.
package enum ReleaseError: Fault, Equatable {
    /// A release's description or change record cannot be taken.
    case document(FilePath, DocumentError)
    case noCreationTime(FilePath)
    case unknownImage(String, known: [String])
    case imageSize(FilePath, bytes: UInt64)
    /// A file that is another than the one the change record names.
    case evidenceDiffers(FilePath, member: String, found: Digest, recorded: Digest)
    /// A change record that speaks of another release.
    case recordDisagrees(FilePath, member: String, record: String, release: String)
    /// A record that is no predecessor of the release, or not in its place.
    case strangerInHistory(FilePath, Digest)
    case unknownChange(String, known: [String])
    case nothingToSplit(String)
    /// A record would be written over.
    case recordExists(FilePath)
    /// Nobody answered any more; what was answered is kept in the draft.
    case unanswered(draft: FilePath)
    /// A record contradicts itself, or says what no device would take.
    case contradictions(FilePath, Int)
    /// A rule pack cannot be read; the code is the one of the cause.
    case rulePack(FilePath, RulePackError)
    case noRulePacks([FilePath])
    case marketNotExplained(String)
    case tooManyChunks(UInt64, limit: UInt64)
    /// A file could not be read or written; the code is the one of the cause.
    case storage(StorageError)
    /// A bundle could not be read; the code is the one of the cause.
    case bundle(BundleError)
    /// Nothing could be compressed; the code is the one of the cause.
    case compression(CompressionError)
    /// A signature could not be made or added; the code is the one of the cause.
    case signing(SigningError)
    case cancelled

    package var code: FaultCode {
        switch self {
        case .document: FaultCode(2820)
        case .noCreationTime: FaultCode(2821)
        case .unknownImage: FaultCode(2822)
        case .imageSize: FaultCode(2823)
        case .evidenceDiffers: FaultCode(2824)
        case .recordDisagrees: FaultCode(2827)
        case .strangerInHistory: FaultCode(2828)
        case .tooManyChunks: FaultCode(2825)
        case .unknownChange: FaultCode(2860)
        case .nothingToSplit: FaultCode(2861)
        case .recordExists: FaultCode(2862)
        case .unanswered: FaultCode(2863)
        case .contradictions: FaultCode(2864)
        case .rulePack(_, let cause): cause.code
        case .noRulePacks: FaultCode(2865)
        case .marketNotExplained: FaultCode(2866)
        case .storage(let cause): cause.code
        case .bundle(let cause): cause.code
        case .compression(let cause): cause.code
        case .signing(let cause): cause.code
        case .cancelled: FaultCode(2826)
        }
    }

    package var kind: FaultKind {
        switch self {
        case .document, .noCreationTime, .imageSize, .evidenceDiffers, .recordDisagrees, .strangerInHistory,
            .tooManyChunks, .contradictions:
            .refused
        case .unknownChange, .nothingToSplit, .recordExists, .noRulePacks, .marketNotExplained: .usage
        case .rulePack(_, let cause): cause.kind
        case .unanswered: .failed
        case .unknownImage: .usage
        case .storage(let cause): cause.kind
        case .bundle(let cause): cause.kind
        case .compression(let cause): cause.kind
        case .signing(let cause): cause.kind
        case .cancelled: .failed
        }
    }

    package var description: String {
        switch self {
        case .document(let path, let cause): "'\(path)': \(cause)"
        case .noCreationTime(let path): "'\(path)' has no 'created' and SOURCE_DATE_EPOCH is not set to seconds"
        case .unknownImage(let name, let known):
            "the release has no image '\(name)', it has \(known.map { "'\($0)'" }.joined(separator: ", "))"
        case .imageSize(let path, let bytes): "'\(path)' has \(bytes) bytes, which is no size for an image"
        case .evidenceDiffers(let path, let member, let found, let recorded):
            "'\(path)' has the digest \(found), the change record's '\(member)' is \(recorded)"
        case .recordDisagrees(let path, let member, let record, let release):
            "'\(path)': the record's '\(member)' is '\(record)', the release's is '\(release)'"
        case .strangerInHistory(let path, let digest):
            "'\(path)' has the digest \(digest), which the record's 'version.supersedes' does not name in this order"
        case .unknownChange(let id, let known):
            "the record has no change '\(id)', it has \(known.map { "'\($0)'" }.joined(separator: ", "))"
        case .nothingToSplit(let id): "record '\(id)' needs some of its changes on each side"
        case .recordExists(let path): "'\(path)' is there already"
        case .unanswered(let draft): "not everything was answered; '\(draft)' keeps what was"
        case .contradictions(let path, let count):
            "'\(path)' has \(count) \(count == 1 ? "finding" : "findings") that no release may have"
        case .rulePack(let path, let cause): "'\(path)': \(cause)"
        case .noRulePacks(let places):
            "there are no rule packs in \(places.map { "'\($0)'" }.joined(separator: " or "))"
        case .marketNotExplained(let market): "the record has no entry for '\(market)', or no rule pack serves it"
        case .tooManyChunks(let count, let limit): "the images need \(count) chunks, more than the limit of \(limit)"
        case .storage(let cause): cause.description
        case .bundle(let cause): cause.description
        case .compression(let cause): cause.description
        case .signing(let cause): cause.description
        case .cancelled: "it was cancelled"
        }
    }

    package var advice: String {
        switch self {
        case .noCreationTime: "Write the time of the release into it, so that building it again gives the same bytes."
        case .tooManyChunks: "Set a larger 'chunk-size' (at most 4 MiB)."
        case .recordExists: "Name another file, or move that one away."
        case .noRulePacks: "Name their folder with --rules."
        case .unanswered: "The same command goes on where it ended."
        case .contradictions: "'aftercare-fleet change check' shows them with their clauses."
        case .evidenceDiffers: "Write the digest of the file that goes out into the record, if that is the right one."
        case .storage(let cause): cause.advice
        case .bundle(let cause): cause.advice
        case .signing(let cause): cause.advice
        default: ""
        }
    }
}
