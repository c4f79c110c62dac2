import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("The receiver to try things out")
struct ReceiverScriptTests {
    private static let posts = #"""
        import gzip, http.client, importlib.machinery, importlib.util, json, sys, threading
        sys.dont_write_bytecode = True
        loader = importlib.machinery.SourceFileLoader("receiver", sys.argv[1])
        receiver = importlib.util.module_from_spec(importlib.util.spec_from_loader("receiver", loader))
        loader.exec_module(receiver)
        receiver.Handler.file = sys.argv[2]
        server = receiver.Receiver(("127.0.0.1", 0), receiver.Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        def post(body, encoding=None, length=None):
            connection = http.client.HTTPConnection(*server.server_address)
            headers = {"Content-Encoding": encoding} if encoding else {}
            if length: headers["Content-Length"] = length
            connection.request("POST", "/v1/logs", body, headers)
            return connection.getresponse().status
        good = json.dumps({"resourceLogs": [{"resource": {"attributes": []}}]}).encode()
        print(post(good), post(gzip.compress(good), "gzip"), post(gzip.compress(bytes(64 << 20)), "gzip"), post(b"{"),
              post(b"[]"), post(b"[1]"), post(gzip.compress(good)[:-6], "gzip"), post(b"x" * 20, "gzip"), post(b"\xff"),
              post(b"[" * 100000), post(good, length="99999999999"), post(good, length="ten"))
        """#

    @Test("It takes what is well made, and refuses what is not without a word on its error output")
    func posts() throws {
        let folder = try TemporaryFolder()
        let script = ProjectFolder.file("scripts/receiver").string
        let result = try Tool.run(["python3", "-c", Self.posts, script, folder.file("taken").string])
        #expect(result.text == "200 200 413 400 400 400 400 400 400 400 413 413\n")
        #expect(result.error == "")
        #expect(try folder.read("taken").split(separator: 10).count == 2)
    }
}
