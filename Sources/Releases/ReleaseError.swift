package import Bundles
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
            .tooManyChunks:
            .refused
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
        case .evidenceDiffers: "Write the digest of the file that goes out into the record, if that is the right one."
        case .storage(let cause): cause.advice
        case .bundle(let cause): cause.advice
        case .signing(let cause): cause.advice
        default: ""
        }
    }
}
