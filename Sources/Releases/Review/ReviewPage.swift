import Bundles
import ChangeControl
import Documents
import Platform
package import Trust
package import Vocabulary

/// What somebody reads before they approve a release or a document: every value of what will be signed, in reading order.
///
/// It is made from the bytes that are signed and nothing else, and every value of theirs stands on it: what is not known here is shown
/// under its own name. So what is read is what is signed, and `digest` names both.
package struct ReviewPage: Sendable {
    /// The product and the version, or what a document is and its number.
    package let title: String
    /// What somebody types to say that they mean this one: the version, or a document's number.
    package let name: String
    /// SHA-256 of what an approval is over: a manifest's bytes, a document's canonical form.
    package let digest: Digest
    package private(set) var sections: [Section]
    let isDocument: Bool

    package struct Section: Sendable {
        package let title: String
        package let items: [Item]
    }

    package indirect enum Item: Sendable {
        /// A value on one line or several.
        case value(Label, [String])
        case group(Label, [Item])
    }

    /// What a value is, for people.
    package struct Label: Sendable {
        package let text: String
        /// What it says and which clause it serves; empty where the text says all.
        package let about: String

        package init(_ text: String, about: String = "") {
            self.text = text
            self.about = about
        }
    }

    /// Reads the manifest as strictly as a device does.
    package init(manifest bytes: [UInt8]) throws(ReleaseError) {
        let manifest: Manifest
        do throws(BundleError) { manifest = try Manifest(bytes: bytes) } catch { throw .bundle(error) }
        let content: JSON
        do throws(DocumentError) {
            content = try JSONReader.read(bytes, limit: bytes.count)
        } catch { throw .bundle(.manifest(error)) }
        title = "\(manifest.product) \(manifest.version)"
        name = manifest.version.description
        digest = SHA256.digest(of: bytes)
        sections = ReviewLayout(content).sections
        isDocument = false
    }

    /// The page of a document that travels by itself.
    package init(document: SignedDocument) {
        let kind = ControlDocumentKind(rawValue: document.kind)?.name ?? document.kind.visible
        name = (document.document["id"]?.string ?? "").visible
        title = "\(kind) \(name)"
        digest = SHA256.digest(of: document.content)
        sections = [Section(title: "The \(kind)", items: ReviewLayout.items(of: document.document, nil))]
        isDocument = true
    }

    /// The page with one more section at its end.
    package func adding(_ title: String, _ items: [Item]) -> ReviewPage {
        var page = self
        page.sections.append(Section(title: title, items: items))
        return page
    }
}
