import CrossdockDiagnostics
import CrossdockXML
import Testing

@Suite("XML from strangers")
struct XMLHardeningTests {
    /// Parses and expects a refusal with `code`, within the time a megabyte may take.
    private func refuses(
        _ bytes: [UInt8], _ code: DiagnosticCode, within limit: Double = 100,
        _ comment: Comment? = nil
    ) {
        let (error, milliseconds) = cpuMilliseconds { () -> XMLError? in
            do throws(XMLError) {
                _ = try XMLDocument(bytes)
                return nil
            } catch { return error }
        }
        #expect(error?.code == code, comment)
        #expect(milliseconds < limit * machineFactor, comment)
    }

    private func refuses(_ text: String, _ code: DiagnosticCode, within limit: Double = 100) {
        refuses(Array(text.utf8), code, within: limit, Comment(rawValue: String(text.prefix(80))))
    }

    @Test(
        "A DOCTYPE is refused before any entity in it exists",
        arguments: [
            "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x>&x;</x>",
            "<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><x>&x;</x>",
            "<!DOCTYPE x [<!ENTITY % e SYSTEM \"http://192.0.2.1/e.dtd\"> %e;]><x/>",
            "<?xml version=\"1.0\"?>\n<!-- c -->\n<!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>",
            "<!doctype html><html></html>",
        ])
    func doctype(_ text: String) { refuses(text, .xmlDoctype, within: 5) }

    @Test("A billion laughs end at the first one")
    func billionLaughs() {
        var text = "<!DOCTYPE l [<!ENTITY l0 \"lol\">"
        for level in 1...9 {
            let body = String(repeating: "&l\(level - 1);", count: 10)
            text += "<!ENTITY l\(level) \"\(body)\">"
        }
        refuses(text + "]><l>&l9;</l>", .xmlDoctype, within: 5)
    }

    @Test("A large entity named often never grows")
    func quadraticBlowUp() {
        let entity = String(repeating: "a", count: 60_000)
        let uses = String(repeating: "&a;", count: 3_000)
        refuses("<!DOCTYPE x [<!ENTITY a \"\(entity)\">]><x>\(uses)</x>", .xmlDoctype, within: 5)
    }

    @Test("Entities that XML does not define are unknown")
    func unknownEntity() { refuses("<a>&nbsp;</a>", .xmlSyntax) }

    @Test("XInclude and stylesheet instructions are data")
    func inertContent() throws {
        let document = try XMLDocument(
            """
            <?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>
            <?oasis-xml-catalog catalog="file:///etc/passwd"?>
            <a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></a>
            """)
        let include = try #require(document.root.first("include"))
        #expect(include.attribute("href") == "file:///etc/passwd")
        #expect(document.root.text == "")
    }

    @Test("Elements nest 128 deep and no deeper", arguments: [300, 1_000_000])
    func depth(_ depth: Int) {
        refuses(String(repeating: "<a>", count: depth), .xmlDepth)
    }

    @Test("The deepest allowed document is read")
    func deepest() throws {
        let text =
            String(repeating: "<a>", count: 128) + "x" + String(repeating: "</a>", count: 128)
        #expect(try XMLDocument(text).root.text == "x")
        refuses("<a>" + text + "</a>", .xmlDepth)
    }

    @Test("Forty thousand attributes or namespaces on a tag are counted, not looked at")
    func manyAttributes() {
        let attributes = (0..<40_000).map { " a\($0)=''" }.joined()
        refuses("<a\(attributes)/>", .xmlSize, within: 10)
        let namespaces = (0..<40_000).map { " xmlns:a\($0)='u'" }.joined()
        refuses("<a\(namespaces)/>", .xmlSize, within: 10)
    }

    @Test("Namespaces in scope are limited over all open elements")
    func manyNamespaces() throws {
        func text(_ count: Int) -> String {
            var text = ""
            for level in 0..<4 {
                let declared = (0..<count).map { " xmlns:p\(level)x\($0)='u'" }.joined()
                text += "<a\(declared)>"
            }
            return text + "</a></a></a></a>"
        }
        _ = try XMLDocument(text(64))
        refuses(text(65), .xmlSize)
        let siblings = (0..<300).map { "<b xmlns:p='u\($0)'/><b xmlns='v'>x</b>" }.joined()
        _ = try XMLDocument("<a>\(siblings)</a>")
    }

    @Test("Oversized texts, comments, names and tags are refused")
    func oversized() {
        let large = String(repeating: "x", count: 11_000_000)
        refuses("<a>\(large)</a>", .xmlSize, within: 1_000)
        refuses("<a><!--\(large)--></a>", .xmlSize, within: 1_000)
        refuses("<a><![CDATA[\(large)]]></a>", .xmlSize, within: 1_000)
        refuses("<a><?p \(large)?></a>", .xmlSize, within: 1_000)
        refuses("<" + String(repeating: "n", count: 60_000) + "/>", .xmlSize)
        refuses("<a b='" + String(repeating: "n", count: 70_000) + "'/>", .xmlSize)
        refuses([UInt8](repeating: 0x20, count: 17 << 20), .xmlSize)
    }

    @Test(
        "Encodings that lie or are not read are refused",
        arguments: [
            Array("<?xml version='1.0' encoding='UTF-7'?><a/>".utf8),
            Array("<?xml version='1.0' encoding='x-evil'?><a/>".utf8),
            Array("<?xml version='1.0' encoding='IBM037'?><a/>".utf8),
            Array("<?xml version='1.0' encoding='UTF-16'?><a/>".utf8),
            [0x4C, 0x6F, 0xA7, 0x94, 0x93],
            [0x3C, 0x00, 0x61, 0x00, 0x2F, 0x00, 0x3E, 0x00],
            [0x00, 0x3C, 0x00, 0x61, 0x00, 0x2F, 0x00, 0x3E],
            [0xEF, 0xBB, 0xBF] + Array("<?xml version='1.0' encoding='ISO-8859-1'?><a/>".utf8),
            [0xFF, 0xFE] + utf16("<?xml version='1.0' encoding='UTF-8'?><a/>"),
            [0xFF, 0xFE, 0, 0, 0x3C, 0, 0, 0],
            Array("<?xml version='1.0' encoding='US-ASCII'?><a>é</a>".utf8),
            Array("<?xml version='1.0' encoding='windows-1252'?><a>".utf8) + [0x81]
                + Array("</a>".utf8),
        ])
    func encodings(_ bytes: [UInt8]) { refuses(bytes, .xmlEncoding) }

    @Test(
        "Bytes that are no UTF-8 are refused and never replaced",
        arguments: [
            [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
            [0x80], [0xE2, 0x82], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        refuses(Array("<a>".utf8) + bytes + Array("</a>".utf8), .xmlEncoding)
        refuses(Array("<a b='".utf8) + bytes + Array("'/>".utf8), .xmlEncoding)
    }

    @Test(
        "Characters that XML does not have are refused, escaped or not",
        arguments: [
            "<a>\u{0}</a>", "<a>\u{1}</a>", "<a>\u{B}</a>", "<a>\u{FFFE}</a>", "<a>\u{FFFF}</a>",
            "<a b='\u{1F}'/>", "<a>&#0;</a>", "<a>&#xFFFE;</a>", "<a>&#xD800;</a>",
            "<a>&#x110000;</a>",
        ])
    func invalidCharacters(_ text: String) { refuses(text, .xmlCharacter) }

    @Test(
        "The encodings that are read give the same text",
        arguments: [
            Array("<?xml version='1.0' encoding='UTF-8'?><a>é</a>".utf8),
            [0xEF, 0xBB, 0xBF] + Array("<a>é</a>".utf8),
            Array("<?xml version=\"1.0\" encoding=\"iso-8859-1\" standalone='yes'?><a>".utf8) + [
                0xE9
            ]
                + Array("</a>".utf8),
            [0xFF, 0xFE] + utf16("<?xml version='1.0' encoding='UTF-16'?><a>é</a>"),
            [0xFE, 0xFF] + utf16("<a>é</a>", bigEndian: true),
            [0xFF, 0xFE] + utf16("<a>é</a>"),
        ])
    func goodEncodings(_ bytes: [UInt8]) throws {
        #expect(try XMLDocument(bytes).root.text == "é")
    }

    @Test("Windows-1252 has the euro sign, UTF-16 has pairs of surrogates")
    func specialCharacters() throws {
        let windows =
            Array("<?xml version='1.0' encoding='windows-1252'?><a>".utf8) + [0x80]
            + Array("</a>".utf8)
        #expect(try XMLDocument(windows).root.text == "€")
        #expect(try XMLDocument([0xFF, 0xFE] + utf16("<a>😀</a>")).root.text == "😀")
        refuses([0xFF, 0xFE] + utf16("<a>") + [0x3D, 0xD8] + utf16("</a>"), .xmlEncoding)
    }

    @Test(
        "XML 1.1 and malformed declarations are refused",
        arguments: [
            "<?xml version='1.1'?><a/>", "<?xml version='1.0' encoding=\"utf-8?><a/>",
            "<?xml encoding='utf-8'?><a/>", "<?xml version='1.0' standalone='maybe'?><a/>",
            "<?xml version='1.0' ", "", "x", "<", "<a", "<a>", "</a>", "<a/><b/>", "<a></b>",
            "<a b>",
            "<a b=c/>", "<a b='1' b='2'/>", "<p:a/>", "<a p:b=''/>", "<a>&amp</a>", "<a>]]></a>",
            "<a><!-- -- --></a>", "<a><![CDATA[ </a>", "<a b='<'/>", "<a <b/>", "<!a/>", "{}",
            "<a>\u{FEFF}</a", "<1/>", "<a xmlns:p=''/>", "<a:b:c xmlns:a='u'/>",
        ])
    func malformed(_ text: String) { refuses(text, .xmlSyntax) }

    /// A generator with a fixed start, so that a failure can be repeated.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test("Documents with bytes changed, dropped or repeated are read or refused")
    func mutations() {
        let seed = Array(
            """
            <?xml version="1.0" encoding="UTF-8"?><s:e xmlns:s="u" a="1"><b c='&lt;'>é&#65;</b>
            <!--k--><![CDATA[x]]><?p d?><c xmlns="v" s:d=""/></s:e>
            """.utf8)
        var dice = Dice(state: 42)
        for _ in 0..<2_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let at = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<4, using: &dice) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(bytes[at], at: at)
                default: bytes[at] = Array("<>&'\"/!?-[]= \n".utf8).randomElement(using: &dice) ?? 0
                }
            }
            if let document = try? XMLDocument(bytes) {
                let written = document.serialized()
                #expect(throws: Never.self, "\(bytes)") { try XMLDocument(written) }
            }
        }
    }

    /// A shape chosen to cost a parser as much as possible for its size.
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: @Sendable () -> String

        init(_ name: String, _ text: @escaping @Sendable () -> String) {
            testDescription = name
            self.text = text
        }

        /// A megabyte of `piece` in one element.
        init(_ name: String, in start: String = "<a>", _ piece: String) {
            self.init(name) {
                start + String(repeating: piece, count: 1_000_000 / piece.utf8.count) + "</a>"
            }
        }
    }

    private static let namespaces = (0..<256).map { " xmlns:p\($0)='u'" }.joined()

    static let expensive: [Shape] = [
        Shape("tags with 256 attributes", "<b\((0..<256).map { " a\($0)=''" }.joined())/>"),
        Shape("short elements under 256 namespaces", in: "<a\(namespaces)>", "<b/>"),
        Shape("prefixed attributes under 256 namespaces", in: "<a\(namespaces)>", "<b p0:c=''/>"),
        Shape("different names") {
            "<a>" + (0..<110_000).map { "<n\($0)/>" }.joined() + "</a>"
        },
        Shape("different attribute names") {
            "<a>" + (0..<90_000).map { "<b n\($0)=''/>" }.joined() + "</a>"
        },
        Shape("character references", "&#65;"), Shape("empty comments", "<!---->"),
        Shape("empty sections", "<![CDATA[]]>"), Shape("instructions", "<?p?>"),
        Shape("one text", "x"), Shape("line feeds", "\r\n"), Shape("mixed text", "é<b/>"),
        Shape("references in attributes") {
            "<a>"
                + String(
                    repeating: "<b c='" + String(repeating: "&lt;", count: 15_000) + "'/>",
                    count: 16)
                + "</a>"
        },
        Shape(
            "deep and wide",
            String(repeating: "<b>", count: 120) + String(repeating: "</b>", count: 120)),
        Shape("an open comment") { "<a><!--" + String(repeating: "- ", count: 500_000) },
        Shape("an open section") { "<a><![CDATA[" + String(repeating: "]", count: 1_000_000) },
    ]

    @Test(
        "A megabyte takes at most a tenth of a second or is refused", .serialized,
        arguments: expensive)
    func worstCase(_ shape: Shape) {
        let bytes = Array(shape.text().utf8)
        // The best of five: other tests share the processor's caches.
        var milliseconds = Double.infinity
        for _ in 0..<5 where milliseconds > 100 * machineFactor {
            milliseconds = cpuMilliseconds { try? XMLDocument(bytes) }.1
        }
        #expect(milliseconds <= 100 * machineFactor)
    }

    @Test("Ten thousand different names are the end")
    func manyNames() {
        refuses("<a>" + (0..<30_000).map { "<n\($0)/>" }.joined() + "</a>", .xmlSize)
    }
}

private func utf16(_ text: String, bigEndian: Bool = false) -> [UInt8] {
    text.utf16.flatMap { unit -> [UInt8] in
        let (low, high) = (UInt8(unit & 0xFF), UInt8(unit >> 8))
        return bigEndian ? [high, low] : [low, high]
    }
}
