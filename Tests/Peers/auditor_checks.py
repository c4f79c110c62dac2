"""Checks of the auditor's verifier against vectors of others; run by LedgerTests."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

from auditor import canonical, der, frames, merkle, notes  # noqa: E402
from auditor.report import Refused  # noqa: E402


class Canonical(unittest.TestCase):
    def test_numbers_of_rfc_8785_appendix_b(self):
        import struct

        for bits, text in {
            "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324",
            "8000000000000001": "-5e-324", "7fefffffffffffff": "1.7976931348623157e+308",
            "4340000000000000": "9007199254740992", "c340000000000000": "-9007199254740992",
            "4430000000000000": "295147905179352830000", "44b52d02c7e14af5": "9.999999999999997e+22",
            "44b52d02c7e14af6": "1e+23", "44b52d02c7e14af7": "1.0000000000000001e+23",
            "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef4f": "999999999999999900000",
            "444b1ae4d6e2ef50": "1e+21", "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001",
            "41b3de4355555553": "333333333.3333332", "41b3de4355555554": "333333333.33333325",
            "becbf647612f3696": "-0.0000033333333333333333", "43143ff3c1cb0959": "1424953923781206.2",
        }.items():
            self.assertEqual(canonical.number(struct.unpack(">d", bytes.fromhex(bits))[0]), text)

    def test_keys_in_the_order_of_utf_16(self):
        given = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}'
        expected = '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'
        self.assertEqual(canonical.encode(canonical.parse(given.encode())), expected.encode())

    def test_what_is_not_one_spelling_is_refused(self):
        for text in (b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"[1.0]", b"[1e3]", b"[-0]", b'["\\u0041"]', b"[1 ]", b"[NaN]",
                     b"[1]\n", b"\xef\xbb\xbf[]", b'["\\ud800"]', b"[9007199254740992]", b"[-9007199254740992]",
                     b"[9007199254740993]", b"[9007199254740992.0]", b"[100000000000000000000]", b"[" * 33 + b"]" * 33,
                     b"[1e400]", b"['a']", b"[01]", b"", b'["\xff"]', b"[" * 100000):
            with self.assertRaises(Refused):
                canonical.read(text)


class Trees(unittest.TestCase):
    # The leaves and roots that implementations of Certificate Transparency share.
    leaves = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                         "606162636465666768696a6b6c6d6e6f")]
    roots = ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
             "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
             "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
             "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
             "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
             "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"]

    def test_known_roots(self):
        tree = merkle.Tree()
        self.assertEqual(tree.root.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for leaf, root in zip(self.leaves, self.roots):
            tree.add(merkle.leaf(leaf))
            self.assertEqual(tree.root.hex(), root)

    def proof(self, index, hashes):
        if len(hashes) == 1:
            return []
        k = 1 << (len(hashes) - 1).bit_length() - 1
        if index < k:
            return self.proof(index, hashes[:k]) + [self.root(hashes[k:])]
        return self.proof(index - k, hashes[k:]) + [self.root(hashes[:k])]

    def root(self, hashes):
        tree = merkle.Tree()
        for each in hashes:
            tree.add(each)
        return tree.root

    def test_proofs_of_every_leaf_of_every_size(self):
        hashes = [merkle.leaf(bytes([n])) for n in range(33)]
        for size in range(1, 34):
            for index in range(size):
                steps, root = self.proof(index, hashes[:size]), self.root(hashes[:size])
                self.assertEqual(merkle.root_by_proof(index, size, hashes[index], steps), root)
                self.assertNotEqual(merkle.root_by_proof(index, size, hashes[index], steps + [root]), root)
                if steps:
                    self.assertNotEqual(merkle.root_by_proof(index, size, hashes[index], steps[1:]), root)
                    self.assertNotEqual(merkle.root_by_proof(index ^ 1, size, hashes[index], steps), root)

    def test_ranges_fill_a_tree(self):
        hashes = [merkle.leaf(bytes([n])) for n in range(40)]
        for first in range(40):
            for last in range(first, 40):
                tree, at, parts = merkle.Tree(), first, []
                for each in hashes[:first]:
                    tree.add(each)
                while at < last:
                    size = min(at & -at or 64, 1 << (last - at).bit_length() - 1)
                    parts.append(self.root(hashes[at:at + size]))
                    at += size
                tree.fill(last, parts)
                self.assertEqual(tree.root, self.root(hashes[:last]))


class Spellings(unittest.TestCase):
    def test_der_has_one_spelling(self):
        self.assertEqual(der.whole(bytes.fromhex("0603551d0f")).oid, "2.5.29.15")
        self.assertEqual(der.whole(bytes.fromhex("06092a864886f70d010702")).oid, "1.2.840.113549.1.7.2")
        for text, code in (("308102 0500", "AC-2112"), ("3080 0000", "AC-2112"), ("3002", "AC-2111"),
                           ("0500 00", "AC-2111"), ("1f0100", "AC-2111")):
            with self.assertRaises(Refused) as refused:
                der.whole(bytes.fromhex(text))
            self.assertEqual(refused.exception.code, code)
        with self.assertRaises(Refused):
            der.whole(bytes.fromhex("02020001")).number

    def test_base64_has_one_spelling(self):
        self.assertEqual(notes.decode("AQI="), b"\1\2")
        for text in ("AQI", "AQJ=", "AQI=\n", " AQI=", "AQ-_", None, 7):
            with self.assertRaises(Refused):
                notes.decode(text)

    def test_frames_state_their_length(self):
        hello = bytes.fromhex("28b52ffd2005290000") + b"hello"
        self.assertEqual(frames.content_length(hello, ""), 5)
        for frame in (hello[:-1], hello + hello, hello + b"\0", bytes.fromhex("28b52ffd0058290000") + b"hello", b"",
                      bytes.fromhex("502a4d180400000001020304"), bytes.fromhex("28b52ffd210105290000") + b"hello"):
            with self.assertRaises(Refused):
                frames.content_length(frame, "")

    def test_the_note_of_the_document(self):
        text = ("aftercare-ledger/pump-0001\n1523\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 "
                "aftercare-ledger/pump-0001 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9"
                "nTo+zyWE+xeMcTOAYQ8=\n")
        self.assertEqual(notes.Note.read(text).size, 1523)
        for old, new in (("\n1523", "\n01523"), ("\n1523", "\n9007199254740992"), ("\n\n", "\n"), ("=\n\n", "=\nx\n\n"),
                         ("\u2014 ", "- "), ("8=\n", "8=")):
            with self.assertRaises(Refused):
                notes.Note.read(text.replace(old, new))


if __name__ == "__main__":
    unittest.main()
