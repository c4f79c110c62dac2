import Vocabulary

extension ReviewPage {
    /// The page as one HTML file that needs nothing else and runs nothing: to be sent, printed, read and signed elsewhere.
    package var html: String {
        let command = isDocument ? "document sign FILE" : "bundle approve BUNDLE"
        let body = sections.map { section in
            "<section><h2>\(Self.escaped(section.title))</h2>\n\(Self.list(section.items))</section>\n"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(Self.escaped(title)): review</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <header><h1>\(Self.escaped(title))</h1>
            <p>What is signed has the SHA-256 <code>\(digest)</code></p></header>
            \(body.joined())<footer><p>Whoever has read this page approves exactly this, and nothing that was changed since:</p>
            <pre>aftercare-fleet \(command) --digest \(digest) --certificate FILE --key KEY</pre></footer>
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #c8c8c8; --quiet: #5a5a5a; }
        @media (prefers-color-scheme: dark) { :root { --line: #4a4a4a; --quiet: #a8a8a8; } }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; } h2 { font-size: 1.2rem; border-bottom: 2px solid var(--line); margin-top: 2.5rem; }
        dl { display: grid; grid-template-columns: minmax(12rem, 1fr) 2fr; gap: .35rem 1rem; margin: .5rem 0; }
        dt { font-weight: 600; } dt small { display: block; font-weight: 400; color: var(--quiet); }
        dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
        dd.group { grid-column: 1 / -1; border-left: 3px solid var(--line); padding-left: 1rem; white-space: normal; }
        dt.group { grid-column: 1 / -1; margin-top: .6rem; }
        dd p { margin: 0; } code, pre { overflow-wrap: anywhere; white-space: pre-wrap; }
        footer { margin-top: 3rem; border-top: 2px solid var(--line); }
        @media print { body { font-size: 10pt; margin: 0; max-width: none; } dt, dd { break-inside: avoid; } }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
        """

    private static func list(_ items: [Item]) -> String {
        let rows = items.map { item in
            switch item {
            case .value(let label, let lines):
                // Isolated, so that no text changes the direction of what stands beside it.
                let values = lines.map { "<p><bdi>\(escaped($0))</bdi></p>" }.joined()
                return "<dt>\(text(of: label))</dt><dd>\(values)</dd>\n"
            case .group(let label, let items):
                return "<dt class=\"group\">\(text(of: label))</dt><dd class=\"group\">\(list(items))</dd>\n"
            }
        }
        return "<dl>\n\(rows.joined())</dl>\n"
    }

    private static func text(of label: Label) -> String {
        escaped(label.text) + (label.about.isEmpty ? "" : "<small>\(escaped(label.about))</small>")
    }

    /// Text that no browser takes for anything else (HTML Living Standard §13.1), in content and in quoted attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
