/// What can be told of a URL without parsing it whole: for showing it and for refusing secrets in it.
enum URLText {
    private static func authority(_ url: String) -> Substring? {
        guard let start = url.firstRange(of: "://")?.upperBound else { return nil }
        return url[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }

    static func hasPassword(_ url: String) -> Bool {
        guard let authority = authority(url), let at = authority.lastIndex(of: "@") else {
            return false
        }
        return authority[..<at].contains(":")
    }

    static func host(_ url: String) -> String? {
        guard let authority = authority(url) else { return nil }
        let rest =
            authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
            ?? authority
        if rest.hasPrefix("[") { return String(rest.dropFirst().prefix { $0 != "]" }) }
        return String(rest.prefix { $0 != ":" })
    }

    static func isLoopback(_ url: String) -> Bool {
        guard let host = host(url) else { return false }
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// The URL with its password masked.
    static func withoutPassword(_ url: String) -> String {
        guard hasPassword(url), let authority = authority(url),
            let colon = authority.firstIndex(of: ":"), let at = authority.lastIndex(of: "@")
        else { return url }
        return url[...colon] + "•••" + url[at...]
    }
}
