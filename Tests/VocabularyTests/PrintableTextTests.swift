import Testing
import Vocabulary

@Suite("Printable text")
struct PrintableTextTests {
    @Test(
        "What could disturb a terminal is shown as a question mark, and letters stay",
        arguments: [
            ("M. Müller", "M. Müller"), ("日本", "日本"), ("a\u{1B}[2Jb", "a?[2Jb"), ("one\ntwo\r", "one?two?"),
            ("\u{9B}31m", "?31m"), ("\u{202E}evil", "?evil"), ("\u{0}", "?"), ("", ""),
        ])
    func printable(text: String, shown: String) {
        #expect(text.printable() == shown)
    }

    @Test("No more characters are shown than asked for")
    func limit() {
        #expect(String(repeating: "x", count: 10_000).printable(limit: 32).count == 32)
    }
}
