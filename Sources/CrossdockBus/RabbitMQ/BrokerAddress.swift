public import CrossdockSettings

/// Where a broker is and as whom to log in, taken from a URL.
///
/// - Source: RabbitMQ documentation, "URI Specification"; several hosts may be named, separated by
///   commas, and are tried in turn.
public struct BrokerAddress: Sendable, Hashable {
    public struct Host: Sendable, Hashable, CustomStringConvertible {
        public var name: String
        public var port: UInt16

        public var description: String {
            name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
        }

        /// Whether it is this machine, by name.
        var isLoopback: Bool {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            return name.lowercased() == "localhost" || name == "::1"
                || parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        }

        var isIPAddress: Bool {
            name.contains(":") || name.split(separator: ".").allSatisfy { UInt8($0) != nil }
        }
    }

    public var isSecure: Bool
    /// Never empty.
    public var hosts: [Host]
    /// Nil to log in by client certificate.
    public var user: String?
    public var password: Secret
    public var virtualHost: String

    /// - Throws: ``BusError`` with CD6126 for text that is no such URL, CD6127 for guest elsewhere than
    ///   on this machine.
    public init(_ url: String) throws(BusError) {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else {
            throw Self.bad(url, "it does not begin with amqp://")
        }
        switch url[..<colon].lowercased() {
        case "amqp": isSecure = false
        case "amqps": isSecure = true
        case let scheme: throw Self.bad(url, "the scheme is '\(scheme)', not amqp or amqps")
        }
        var rest = url[colon...].dropFirst(3)
        if let query = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) {
            throw Self.bad(
                url, "'\(rest[query])' has no place in it; options have keys of their own")
        }
        var path: Substring?
        if let slash = rest.firstIndex(of: "/") {
            path = rest[rest.index(after: slash)...]
            rest = rest[..<slash]
        }
        (user, password) = (nil, Secret(""))
        if let at = rest.lastIndex(of: "@") {
            let login = rest[..<at].split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decode(login[0], of: url)
            if login.count == 2 { password = Secret(try Self.decode(login[1], of: url)) }
            rest = rest[rest.index(after: at)...]
        } else if !isSecure {
            (user, password) = ("guest", Secret("guest"))
        }
        if user?.isEmpty == true { throw Self.bad(url, "the user is empty") }
        hosts = try Self.hosts(rest, isSecure: isSecure, of: url)
        virtualHost = try path.flatMap { $0.isEmpty ? nil : $0 }.decoded(of: url) ?? "/"
        if user == "guest", let elsewhere = hosts.first(where: { !$0.isLoopback }) {
            throw BusError(
                .busGuest,
                "the user guest may not be used for \(elsewhere.name); name a user in bus.url")
        }
    }

    private static func hosts(
        _ text: Substring, isSecure: Bool, of url: String
    ) throws(BusError) -> [Host] {
        var hosts: [Host] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var name = part
            var port: Substring?
            if part.hasPrefix("["), let close = part.firstIndex(of: "]") {
                name = part[part.index(after: part.startIndex)..<close]
                let behind = part[part.index(after: close)...]
                if !behind.isEmpty {
                    guard behind.hasPrefix(":") else { throw bad(url, "'\(part)' is no host") }
                    port = behind.dropFirst()
                }
            } else if let colon = part.lastIndex(of: ":") {
                name = part[..<colon]
                port = part[part.index(after: colon)...]
            }
            guard !name.isEmpty, !name.contains(where: { $0.isWhitespace || "@[]".contains($0) })
            else {
                throw bad(url, "a host is empty")
            }
            let number = port.map { UInt16($0) } ?? (isSecure ? 5_671 : 5_672)
            guard let number, number > 0 else { throw bad(url, "a port is no number up to 65535") }
            hosts.append(Host(name: String(name), port: number))
        }
        return hosts
    }

    fileprivate static func decode(_ text: Substring, of url: String) throws(BusError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                let code = UInt8(digits, radix: 16)
            else { throw bad(url, "a % is not followed by two hexadecimal digits") }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw bad(url, "a part of it is no UTF-8 text")
        }
        return decoded
    }

    /// Never shows the URL itself: it may hold a password.
    private static func bad(_ url: String, _ what: String) -> BusError {
        BusError(.busAddress, "the address of the broker cannot be used: \(what)")
    }

    /// The address without its password.
    public var redacted: String {
        let scheme = isSecure ? "amqps" : "amqp"
        let login = user.map { "\($0)@" } ?? ""
        let hosts = hosts.map(\.description).joined(separator: ",")
        return "\(scheme)://\(login)\(hosts)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}

extension Substring? {
    fileprivate func decoded(of url: String) throws(BusError) -> String? {
        guard let self else { return nil }
        return try BrokerAddress.decode(self, of: url)
    }
}
