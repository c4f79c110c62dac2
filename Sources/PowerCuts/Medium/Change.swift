/// A change of a medium with its bytes, as a recorder saw it at the seam; names are below the recorded folder.
package enum Change: Equatable, Sendable {
    case create(String)
    case write(String, offset: Int, bytes: [UInt8])
    case truncate(String, size: Int)
    case flush(String)
    case rename(String, to: String)
    case remove(String)
    case createFolder(String)
    case flushFolder(String)

    /// The file or folder that changes.
    package var name: String {
        switch self {
        case .create(let name), .write(let name, _, _), .truncate(let name, _), .flush(let name), .rename(let name, _),
            .remove(let name), .createFolder(let name), .flushFolder(let name):
            name
        }
    }

    /// One line for people: what happens to what.
    package var summary: String {
        switch self {
        case .create(let name): "create \(name)"
        case .write(let name, let offset, let bytes): "write \(name) \(offset)+\(bytes.count)"
        case .truncate(let name, let size): "truncate \(name) to \(size)"
        case .flush(let name): "flush \(name)"
        case .rename(let name, let target): "rename \(name) to \(target)"
        case .remove(let name): "remove \(name)"
        case .createFolder(let name): "create the folder \(name)"
        case .flushFolder(let name): "flush the folder \(name)"
        }
    }
}

extension String {
    /// The name of the folder that holds what this names; empty for the recorded folder itself.
    var parentName: String { lastIndex(of: "/").map { String(self[..<$0]) } ?? "" }

    /// The last part of the name.
    var ownName: String { lastIndex(of: "/").map { String(self[index(after: $0)...]) } ?? self }
}
