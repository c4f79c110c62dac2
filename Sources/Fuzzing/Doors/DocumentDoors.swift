import Documents
import Vocabulary

/// JSON as everything signed, stored or sent in this product is read.
struct JSONDoor: Entrance {
    func enter(_ bytes: [UInt8]) throws(FuzzingError) {
        let value: JSON
        do throws(DocumentError) { value = try JSONReader.read(bytes, limit: 1 << 20) } catch { return }
        let canonical = value.canonicalBytes
        let again: JSON
        do throws(DocumentError) { again = try JSONReader.read(canonical, limit: 4 << 20) } catch {
            throw .broken(promise: "the canonical form of what was read can be read: \(error)")
        }
        try promise("there is one canonical form", again.canonicalBytes == canonical)
        let pretty = Array(value.prettyText.utf8)
        try promise(
            "the form for people says the same",
            (try? JSONReader.read(pretty, limit: 16 << 20))?.canonicalBytes == canonical)
        if case .string(let text) = value, let decoded = Base64.decode(text) {
            try promise(
                "base64 that was read and written is read as it was", Base64.decode(Base64.encode(decoded)) == decoded)
        }
    }
}
