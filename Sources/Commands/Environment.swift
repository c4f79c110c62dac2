import Glibc

/// The variables that the program was started with.
package enum Environment {
    package static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    package static var all: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let text = next.pointee.map({ String(cString: $0) }) {
            next += 1
            guard let equals = text.firstIndex(of: "=") else { continue }
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return variables
    }
}
